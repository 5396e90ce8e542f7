# Sourced: a private CA, the certificate of this machine, and the key that signs OAuth tokens.

# make_certificates RUN_DIR: what the services and the tests of secured connections need, in
# RUN_DIR/secured. The certificate is for `localhost`, so 127.0.0.1 is a wrong host name.
make_certificates() {
  local place=$1/secured
  mkdir -p "$place"
  (
    umask 077
    cd "$place"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
      -subj "/CN=Gridfeed test CA" -keyout ca.key -out ca.pem
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" \
      -keyout server.key -out server.csr
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
      -extfile <(echo "subjectAltName=DNS:localhost") -out server.pem
    cat server.key server.pem >broker.pem
    openssl genrsa -out oauth.key 2048
    openssl rsa -in oauth.key -noout -modulus | as_jwks >jwks.json
  ) >"$1/certificates.log" 2>&1 || { cat "$1/certificates.log" >&2; fail "no certificates"; }
}

# as_jwks: the public key whose modulus `openssl rsa` prints, as a JSON Web Key Set (RFC 7517).
as_jwks() {
  python3 -c '
import base64, json, sys
modulus = bytes.fromhex(sys.stdin.read().strip().partition("=")[2])
text = lambda number: base64.urlsafe_b64encode(number).rstrip(b"=").decode()
key = {"kty": "RSA", "kid": "test", "use": "sig", "alg": "RS256"}
print(json.dumps({"keys": [key | {"n": text(modulus), "e": text(b"\1\0\1")}]}))
'
}
