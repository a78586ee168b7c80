"""Calls what stands behind a Turnpike gate: waits or works. Needs Python 3.9 and nothing else.

python3 turnpike.py https://api.example/search ['{"a": "body to post"}']
"""
import hashlib, itertools, json, re, sys, time, urllib.error, urllib.request

MAX_HASHES, MAX_WAIT, ATTEMPTS = 2**24, 30, 3

class NoRedirect(urllib.request.HTTPRedirectHandler):  # a solution is for the origin that asked for it
    def redirect_request(self, *args):
        return None

def solve(challenge, target, count, algorithm, **_):
    if not (algorithm == "sha256" and re.fullmatch(r"[A-Za-z0-9_-]{100}", challenge) and re.fullmatch("[0-9a-f]{8}", target)
            and 1 <= count <= 16 and 2**32 * count <= MAX_HASHES * (int(target, 16) + 1)):
        raise ValueError(f"not worked for: {count} nonces of target {target}")
    def is_good(nonce):
        return hashlib.sha256((challenge + nonce).encode()).hexdigest()[:8] <= target
    nonces = filter(is_good, map("{:08x}".format, itertools.count()))
    return f"challenge={challenge},nonce={'.'.join(itertools.islice(nonces, count))}"

def call(url, data=None, headers={}):
    request = urllib.request.Request(url, data, headers)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return urllib.request.build_opener(NoRedirect).open(request)
        except urllib.error.HTTPError as refusal:
            is_gate = refusal.headers.get_content_type() == "application/problem+json"
            problem = json.loads(refusal.read(2**20)) if is_gate else {}
            work = next((offer for offer in problem.get("offers", []) if offer["rail"] == "pow"), None)
            if attempt == ATTEMPTS or not work and problem.get("retryAfter", MAX_WAIT + 1) > MAX_WAIT:
                raise
            if work:
                request.add_header("X-PoW-Solution", solve(**work))
            else:
                time.sleep(problem["retryAfter"])

if __name__ == "__main__":
    body = {"data": sys.argv[2].encode(), "headers": {"Content-Type": "application/json"}} if sys.argv[2:] else {}
    sys.stdout.write(call(sys.argv[1], **body).read().decode())
