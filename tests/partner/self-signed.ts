/** A certificate that nobody has signed and its key, both worthless: made for tests, by
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=relay.example.cn`. */
export const selfSigned = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBjDCCATOgAwIBAgIUCh9DQOAA8Xf2FCkn9jGk1GpMi1UwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQcmVsYXkuZXhhbXBsZS5jbjAgFw0yNjExMjcwMjE5MDNaGA8y
MTI2MTEwMzAyMTkwM1owGzEZMBcGA1UEAwwQcmVsYXkuZXhhbXBsZS5jbjBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABO7Ut4Cc7PfrptNszgri8otRuLvjYBsDi4e2
5jYdaY7NZesKSiqc+CyM5xt43Xd8VGCsoSihDYiuDWwN3X9/vNmjUzBRMB0GA1Ud
DgQWBBRVzg6wwS9XHWiWdv4UcVwcIGPZPzAfBgNVHSMEGDAWgBRVzg6wwS9XHWiW
dv4UcVwcIGPZPzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIG8X
jP8x5sZk0Pdur+oTzv3tuXFVy5LUS+huouJ6zIqvAiBoP5/PB5oh/aQRtrl3KdNh
5a/Sow58NTxPLG7ph4MPyQ==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgziTtmC9QGjCJGrbR
haR0sJ/jUEQxi0cDYrmuMjKztcmhRANCAATu1LeAnOz366bTbM4K4vKLUbi742Ab
A4uHtuY2HWmOzWXrCkoqnPgsjOcbeN13fFRgrKEooQ2Irg1sDd1/f7zZ
-----END PRIVATE KEY-----
`,
};
