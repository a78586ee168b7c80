/**
 * Certificates of servers that do not exist, and their keys: made for these tests, good until 2126.
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 ...`
 */
interface Identity {
  /** PEM */
  readonly cert: string
  /** PEM */
  readonly key: string
}

/** Signed by itself, for lnd.example: as LND makes them. */
export const SELF_SIGNED: Identity = {
  cert: [
    '-----BEGIN CERTIFICATE-----',
    'MIIB3TCCAYOgAwIBAgIUPY0IOMw6WTfO91WAGTHSNQNBZMYwCgYIKoZIzj0EAwIw',
    'NzEfMB0GA1UECgwWbG5kIGF1dG9nZW5lcmF0ZWQgY2VydDEUMBIGA1UEAwwLbG5k',
    'LmV4YW1wbGUwIBcNMjYxMTIzMTU0MjMwWhgPMjEyNjEwMzAxNTQyMzBaMDcxHzAd',
    'BgNVBAoMFmxuZCBhdXRvZ2VuZXJhdGVkIGNlcnQxFDASBgNVBAMMC2xuZC5leGFt',
    'cGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEC3FPcIKbVMfNPyzejBvMwFjd',
    'FcPuVXmkPl6EXZu4UGFUD0304rxmAr8B2ymMbehdVYkJIKsrpv7ps4IrM3By+KNr',
    'MGkwHQYDVR0OBBYEFEUxRcN5iRESuyy0lT8DPXBYqTB+MB8GA1UdIwQYMBaAFEUx',
    'RcN5iRESuyy0lT8DPXBYqTB+MA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYIL',
    'bG5kLmV4YW1wbGUwCgYIKoZIzj0EAwIDSAAwRQIhAPTlab2nFSZ2Zl8IkqJrNX4P',
    'xv5mwOfWHsyuyUGc6hxXAiA9S+jyTc6mutD3w+CJUVZWPG5m6/Uf5mFCtNRgl2rj',
    'mA==',
    '-----END CERTIFICATE-----',
  ].join('\n'),
  key: [
    '-----BEGIN PRIVATE KEY-----',
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJVCX2GMkoHE0sv3L',
    'yhOW6I3UTOW7sMUdFPfiHLZEqvOhRANCAAQLcU9wgptUx80/LN6MG8zAWN0Vw+5V',
    'eaQ+XoRdm7hQYVQPTfTivGYCvwHbKYxt6F1ViQkgqyum/umzgiszcHL4',
    '-----END PRIVATE KEY-----',
  ].join('\n'),
}

/** Signed by the authority, for 127.0.0.1. */
export const NAMED: Identity = {
  cert: [
    '-----BEGIN CERTIFICATE-----',
    'MIIBjDCCATGgAwIBAgIUBoTreI+lHwoXIWokxVgkACjxqqkwCgYIKoZIzj0EAwIw',
    'HDEaMBgGA1UEAwwRYXV0aG9yaXR5LmV4YW1wbGUwIBcNMjYxMTIzMTU0MjMwWhgP',
    'MjEyNjEwMzAxNTQyMzBaMBgxFjAUBgNVBAMMDW5hbWVkLmV4YW1wbGUwWTATBgcq',
    'hkjOPQIBBggqhkjOPQMBBwNCAATGxqzK7Yx1UHt58jTaOYVqGIouChXOVX4BSAVF',
    '1mEfwOD2z0t1YDa2h80EWZnEeDnmufserT8ngqRLPueLwjvQo1MwUTAPBgNVHREE',
    'CDAGhwR/AAABMB0GA1UdDgQWBBT/EHYNIVoC/+UiI+sHHUJjrl9IHTAfBgNVHSME',
    'GDAWgBTGKT+HISY+dKpOKE1QXt6gcakyczAKBggqhkjOPQQDAgNJADBGAiEA+dsp',
    'zgMnYTK0mfuZT32nccaIIogM86UV+cGps53th4YCIQCP8/mDvatWEZFWq8nUv+Ap',
    'zmSG4NZrSTTy3LJX83+eBw==',
    '-----END CERTIFICATE-----',
  ].join('\n'),
  key: [
    '-----BEGIN PRIVATE KEY-----',
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNKKb0eYUf3WQAdDR',
    'pWs1gjY0VKIPxHazIjcZ5VCJ0AWhRANCAATGxqzK7Yx1UHt58jTaOYVqGIouChXO',
    'VX4BSAVF1mEfwOD2z0t1YDa2h80EWZnEeDnmufserT8ngqRLPueLwjvQ',
    '-----END PRIVATE KEY-----',
  ].join('\n'),
}

/** Signed by the authority, for other.example. */
export const MISNAMED: Identity = {
  cert: [
    '-----BEGIN CERTIFICATE-----',
    'MIIBlTCCATqgAwIBAgIUBoTreI+lHwoXIWokxVgkACjxqqowCgYIKoZIzj0EAwIw',
    'HDEaMBgGA1UEAwwRYXV0aG9yaXR5LmV4YW1wbGUwIBcNMjYxMTIzMTU0MjMwWhgP',
    'MjEyNjEwMzAxNTQyMzBaMBgxFjAUBgNVBAMMDW90aGVyLmV4YW1wbGUwWTATBgcq',
    'hkjOPQIBBggqhkjOPQMBBwNCAATWn3pTmq3a7J6zcS+HNU2XewGyb20oXRzD5m+s',
    'vT1w5UqQUuiR0sQ9dkl6kQ9yis+T87weh4b/kctIG/bVb1UTo1wwWjAYBgNVHREE',
    'ETAPgg1vdGhlci5leGFtcGxlMB0GA1UdDgQWBBSRnP/7cSKEIcxwvkiMxf4XYEGS',
    'NTAfBgNVHSMEGDAWgBTGKT+HISY+dKpOKE1QXt6gcakyczAKBggqhkjOPQQDAgNJ',
    'ADBGAiEA41qrl45YgOFaC+OK1JCFAoUIXpfWQZ+RA8xZ9OOd4iYCIQCLVrz0MYHy',
    'AukPsaQo3zGQZSTaM4r1xtCqFRkxLCWA3g==',
    '-----END CERTIFICATE-----',
  ].join('\n'),
  key: [
    '-----BEGIN PRIVATE KEY-----',
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1YxGV8yUS+V2fq2B',
    'LxUw+tngJumzEMltj8PFM1YyK+ShRANCAATWn3pTmq3a7J6zcS+HNU2XewGyb20o',
    'XRzD5m+svT1w5UqQUuiR0sQ9dkl6kQ9yis+T87weh4b/kctIG/bVb1UT',
    '-----END PRIVATE KEY-----',
  ].join('\n'),
}

export const AUTHORITY = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBjzCCATWgAwIBAgIUHES700ptw8lCdMguzPzL60g/KeAwCgYIKoZIzj0EAwIw',
  'HDEaMBgGA1UEAwwRYXV0aG9yaXR5LmV4YW1wbGUwIBcNMjYxMTIzMTU0MjMwWhgP',
  'MjEyNjEwMzAxNTQyMzBaMBwxGjAYBgNVBAMMEWF1dGhvcml0eS5leGFtcGxlMFkw',
  'EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMTPB6A+twcnh25MCjkuPPt8XG0sPjjPS',
  'fZKg6oUQvljFBbSiuyPHmVflnb7HwSt646BU/Rv1fvQyuo4Df8esaqNTMFEwHQYD',
  'VR0OBBYEFMYpP4chJj50qk4oTVBe3qBxqTJzMB8GA1UdIwQYMBaAFMYpP4chJj50',
  'qk4oTVBe3qBxqTJzMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIg',
  'bbLXtt4jtghXryOegW+5ynpO3lAHD9nBL2+PItphYIwCIQDnQlUzXIVb1j9iyzXP',
  '3/0VHF0OznR9Qz+Y1Q8XpuWY3A==',
  '-----END CERTIFICATE-----',
].join('\n')
