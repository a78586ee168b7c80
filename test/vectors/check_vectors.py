"""Checks docs/vectors with nothing but the standard library: python3 check_vectors.py docs/vectors"""

import base64
import hashlib
import hmac
import json
import struct
import sys
from pathlib import Path

folder = Path(sys.argv[1])
checks = 0


def check(holds, what):
    global checks
    checks += 1
    if not holds:
        sys.exit(f"wrong: {what}")


def load(name):
    return json.loads((folder / name).read_text("utf-8"))


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def hkdf(secret, info, length):
    """RFC 5869 without salt, for up to 32 bytes."""
    return mac(mac(bytes(32), secret.encode()), info.encode() + b"\1")[:length]


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


file = load("challenge.json")
keys = {purpose: hkdf(file["secret"], f"turnpike/{purpose}/pow/{file['gate']}", 32) for purpose in ("mac", "bind")}
for case in file["valid"]:
    raw = decode(case["challenge"])
    version, key_id, flags, target, expires, ttl, revision = struct.unpack(">BBBIIHH", raw[:15])
    check(len(raw) == 75 and version == 0x11, case["what"])
    check(key_id == case["keyId"] == hkdf(file["secret"], f"turnpike/id/pow/{file['gate']}", 1)[0], "key id")
    check((flags & 31, bool(flags & 64), bool(flags & 32)) == (case["count"], case["callerBound"], case["gateWide"]), "flags")
    check((f"{target:08x}", expires, ttl, revision) == (case["target"], case["expires"], case["ttl"], case["revision"]), "numbers")
    check(expires - ttl == file["issuedAt"], "time of issue")
    check(raw[15:31].hex() == case["id"], "id")
    check(raw[31:43] == mac(keys["bind"], case["resource"].encode())[:12], "resource tag")
    caller = mac(keys["bind"], case["caller"].encode())[:12] if "caller" in case else bytes(12)
    check(raw[43:55] == caller, "caller tag")
    check(raw[55:] == mac(keys["mac"], raw[:55])[:20], "MAC")

for case in load("solution.json")["valid"]:
    digests = [hashlib.sha256((case["challenge"] + nonce).encode()).hexdigest() for nonce in case["nonces"]]
    check(digests == case["digests"], "digests")
    check(all(digest[:8] <= case["target"] for digest in digests), "target")
    check(len(set(case["nonces"])) == case["count"] and sorted(case["nonces"]) == case["nonces"], "order")
    check(case["field"] == f"challenge={case['challenge']},nonce={'.'.join(case['nonces'])}", "field")

file = load("l402.json")
identifier = bytes.fromhex(file["identifier"])
version, payment_hash, key_id, shard, amount, uses = struct.unpack(">H32s2sHQI", identifier[:50])
check(version == 0 and payment_hash == hashlib.sha256(bytes.fromhex(file["preimage"])).digest(), "payment hash")
check((amount, uses) == (file["amountMsat"], file["uses"]), "amount")
label = f"{file['gate']}/{file['network']}"
check(key_id == hkdf(file["secret"], f"turnpike/id/l402/{label}", 2), "key id")
name = mac(hkdf(file["secret"], f"turnpike/bind/l402/{label}", 32), file["resource"].encode())[:16]
capability = base64.urlsafe_b64encode(name).decode().rstrip("=")
check(file["caveats"][1] == f"{file['gate']}_capabilities=r{capability}", "capability")
root = mac(hkdf(file["secret"], f"turnpike/mac/l402/{label}", 32), b"turnpike/l402/root/" + identifier)
signature = mac(mac(b"macaroons-key-generator", root), identifier)
for caveat in file["caveats"]:
    signature = mac(signature, caveat.encode())
check(signature.hex() == file["signature"], "signature")
parts = [b"\2", b"\2", bytes([len(identifier)]), identifier, b"\0"]
for caveat in file["caveats"]:
    parts += [b"\2", bytes([len(caveat)]), caveat.encode(), b"\0"]
check(base64.b64decode(file["macaroon"]) == b"".join([*parts, b"\0\6\x20", signature]), "macaroon")
check(file["authorization"] == f"L402 {file['macaroon']}:{file['preimage']}", "credential")

for case in load("mcp-digest.json")["calls"]:
    digest = base64.urlsafe_b64encode(hashlib.sha256(case["canonical"].encode()).digest()).decode().rstrip("=")
    check(digest == case["digest"], "digest")
    sent, canonical = json.loads(case["arguments"]), json.loads(case["canonical"])
    head = [case["name"]] if case["kind"] == "tool" else [case["kind"], case["name"]]
    check(canonical == [*head, sent], "canonical form")

for case in load("refusal.json")["refusals"]:
    check(case["body"]["status"] == case["status"], case["what"])
    check(str(case["body"].get("retryAfter", "")) == case["headers"].get("retry-after", ""), case["what"])
    for offer in case["body"].get("offers", []):
        field = case["headers"]["www-authenticate"]
        text = field if isinstance(field, str) else ", ".join(field)
        check(offer.get("challenge", offer.get("macaroon")) in text, case["what"])

print(f"{checks} checks")
