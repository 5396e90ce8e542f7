// Prints what the official AsyncAPI parser says of a document, as JSON: node asyncapi.mjs FILE
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// This file stays in the repository, the parser lies in the folder of the tools.
const require = createRequire(`${process.env.TOOLS}/`);
const { Parser } = require("@asyncapi/parser");

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
console.log(
  JSON.stringify({
    channels: document ? document.channels().all().map((channel) => channel.id()) : null,
    found: diagnostics.map(({ code, path, severity, message }) => ({ code, path, severity, message })),
  }),
);
