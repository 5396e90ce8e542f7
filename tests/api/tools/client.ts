// What somebody writes with the generated types; the compiler says whether they fit.
import type { components, operations } from "./openapi";

type Page =
  operations["list_usage_segments"]["responses"][200]["content"]["application/json"];

export function energies(page: Page): (number | undefined)[] {
  return page.usage_segments.flatMap((segment) =>
    segment.values.flatMap((cells) => cells.map((cell) => cell?.eu)),
  );
}

export const wanted: components["schemas"]["NewWebhook"] = {
  url: "https://example.com/hook",
  kinds: ["CORRECTED"],
  include_values: false,
  coalesce: false,
};

// @ts-expect-error: an energy is a number
export const wrong: components["schemas"]["ValueObject"] = { eu: "-125.5" };
