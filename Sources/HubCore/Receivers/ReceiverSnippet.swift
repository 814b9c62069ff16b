// table: code to copy, one for each language.

/// Code with which a receiver finds out whether a webhook is genuine: complete, without a library of ours.
///
/// Each has two functions: one for `X-Webhook-Signature`, one for `webhook-signature`. The tests run those whose language
/// is there on real deliveries.
package enum ReceiverSnippet: String, Sendable, Hashable, CaseIterable {
    case node, python, go, swift, php, ruby

    package var title: String {
        switch self {
        case .node: "Node.js"
        case .python: "Python"
        case .go: "Go"
        case .swift: "Swift"
        case .php: "PHP"
        case .ruby: "Ruby"
        }
    }

    /// What Markdown calls the language.
    package var fence: String { self == .node ? "js" : rawValue }

    /// One sentence on how to come by the raw body, with the language's usual tools.
    package var rawBody: String {
        switch self {
        case .node: "Express: `app.post('/hook', express.raw({ type: () => true }), …)`; the body is then `req.body`."
        case .python: "Flask: `request.get_data()`. Django: `request.body`. FastAPI: `await request.body()`."
        case .go: "`body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))`."
        case .swift: "Hummingbird: `try await request.body.collect(upTo: 1 << 20)`. Needs the package swift-crypto."
        case .php: "`$body = file_get_contents('php://input');`, headers as `$_SERVER['HTTP_X_WEBHOOK_SIGNATURE']`."
        case .ruby: "Rack and Rails: `request.body.read`, before anything parses it."
        }
    }

    /// All six as a section of a document.
    package static var markdown: String {
        allCases.map { snippet in
            "### \(snippet.title)\n\n\(snippet.rawBody)\n\n```\(snippet.fence)\n\(snippet.code)\n```\n"
        }.joined(separator: "\n")
    }

    package var code: String {
        switch self {
        case .node: Self.nodeCode
        case .python: Self.pythonCode
        case .go: Self.goCode
        case .swift: Self.swiftCode
        case .php: Self.phpCode
        case .ruby: Self.rubyCode
        }
    }
}

extension ReceiverSnippet {
    private static let nodeCode = #"""
        const crypto = require('node:crypto');

        function same(left, right) {
          const [a, b] = [Buffer.from(left), Buffer.from(right)];
          return a.length === b.length && crypto.timingSafeEqual(a, b);
        }

        // signatures: the header X-Webhook-Signature; body: a Buffer with the bytes that came.
        function verifyPlain(secret, signatures, body) {
          const code = crypto.createHmac('sha256', secret).update(body).digest('hex');
          return String(signatures).split(',').some((one) => same(one.trim(), `sha256=${code}`));
        }

        // secret: whsec_…; id, timestamp, signatures: the headers webhook-id, webhook-timestamp, webhook-signature.
        function verifyStandard(secret, id, timestamp, signatures, body) {
          if (!/^\d{1,12}$/.test(timestamp)) return false;
          if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
          const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
          const code = crypto.createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
          return String(signatures).split(' ').some((one) => same(one, `v1,${code}`));
        }

        module.exports = { verifyPlain, verifyStandard };
        """#

    private static let pythonCode = #"""
        import base64
        import hashlib
        import hmac
        import re
        import time


        def verify_plain(secret: str, signatures: str, body: bytes) -> bool:
            """signatures: the header X-Webhook-Signature; body: the bytes that came."""
            code = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            return any(hmac.compare_digest(one.strip().encode(), code.encode()) for one in signatures.split(","))


        def verify_standard(secret: str, id: str, timestamp: str, signatures: str, body: bytes) -> bool:
            """secret: whsec_…; the headers webhook-id, webhook-timestamp and webhook-signature."""
            if not re.fullmatch(r"[0-9]{1,12}", timestamp) or abs(time.time() - int(timestamp)) > 300:
                return False
            key = base64.b64decode(secret.removeprefix("whsec_"))
            code = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
            expected = b"v1," + base64.b64encode(code)
            return any(hmac.compare_digest(one.encode(), expected) for one in signatures.split(" "))
        """#

    private static let goCode = #"""
        package webhook

        import (
        	"crypto/hmac"
        	"crypto/sha256"
        	"encoding/base64"
        	"encoding/hex"
        	"net/http"
        	"strconv"
        	"strings"
        	"time"
        )

        // VerifyPlain checks X-Webhook-Signature over the bytes that came.
        func VerifyPlain(secret string, header http.Header, body []byte) bool {
        	mac := hmac.New(sha256.New, []byte(secret))
        	mac.Write(body)
        	expected := []byte("sha256=" + hex.EncodeToString(mac.Sum(nil)))
        	for _, line := range header.Values("X-Webhook-Signature") {
        		for _, one := range strings.Split(line, ",") {
        			if hmac.Equal([]byte(strings.TrimSpace(one)), expected) {
        				return true
        			}
        		}
        	}
        	return false
        }

        // VerifyStandard checks webhook-id, webhook-timestamp and webhook-signature; the secret is whsec_….
        func VerifyStandard(secret string, header http.Header, body []byte) bool {
        	id, timestamp := header.Get("Webhook-Id"), header.Get("Webhook-Timestamp")
        	seconds, err := strconv.ParseInt(timestamp, 10, 64)
        	if err != nil {
        		return false
        	}
        	if age := time.Now().Unix() - seconds; age > 300 || age < -300 {
        		return false
        	}
        	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
        	if err != nil {
        		return false
        	}
        	mac := hmac.New(sha256.New, key)
        	mac.Write([]byte(id + "." + timestamp + "."))
        	mac.Write(body)
        	expected := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
        	for _, one := range strings.Split(header.Get("Webhook-Signature"), " ") {
        		if hmac.Equal([]byte(one), expected) {
        			return true
        		}
        	}
        	return false
        }
        """#

    private static let swiftCode = #"""
        import Crypto
        import Foundation

        enum WebhookReceiver {
            /// - Parameter signatures: the header `X-Webhook-Signature`.
            static func verifyPlain(secret: String, signatures: String, body: Data) -> Bool {
                let key = SymmetricKey(data: Data(secret.utf8))
                return signatures.split(separator: ",").contains { one in
                    let text = one.trimmingCharacters(in: .whitespaces)
                    guard text.hasPrefix("sha256="), let code = bytes(hex: text.dropFirst(7)) else { return false }
                    return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: body, using: key)
                }
            }

            /// - Parameters:
            ///   - secret: `whsec_…`.
            ///   - id, timestamp, signatures: the headers `webhook-id`, `webhook-timestamp`, `webhook-signature`.
            static func verifyStandard(
                secret: String, id: String, timestamp: String, signatures: String, body: Data
            ) -> Bool {
                let encoded = secret.hasPrefix("whsec_") ? String(secret.dropFirst(6)) : secret
                guard let seconds = Int(timestamp), abs(Date().timeIntervalSince1970 - Double(seconds)) <= 300,
                    let key = Data(base64Encoded: encoded)
                else { return false }
                let message = Data("\(id).\(timestamp).".utf8) + body
                return signatures.split(separator: " ").contains { one in
                    guard one.hasPrefix("v1,"), let code = Data(base64Encoded: String(one.dropFirst(3))) else { return false }
                    return HMAC<SHA256>.isValidAuthenticationCode(
                        code, authenticating: message, using: SymmetricKey(data: key))
                }
            }

            private static func bytes(hex text: Substring) -> [UInt8]? {
                let digits = text.compactMap(\.hexDigitValue)
                guard digits.count == text.count, digits.count == 64 else { return nil }
                return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
            }
        }
        """#

    private static let phpCode = #"""
        <?php

        // $signatures: the header X-Webhook-Signature; $body: the bytes that came.
        function verify_plain(string $secret, string $signatures, string $body): bool
        {
            $expected = 'sha256=' . hash_hmac('sha256', $body, $secret);
            foreach (explode(',', $signatures) as $one) {
                if (hash_equals($expected, trim($one))) {
                    return true;
                }
            }
            return false;
        }

        // $secret: whsec_…; the headers webhook-id, webhook-timestamp and webhook-signature.
        function verify_standard(string $secret, string $id, string $timestamp, string $signatures, string $body): bool
        {
            if (!preg_match('/^[0-9]{1,12}\z/', $timestamp) || abs(time() - (int) $timestamp) > 300) {
                return false;
            }
            $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
            if ($key === false) {
                return false;
            }
            $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
            foreach (explode(' ', $signatures) as $one) {
                if (hash_equals($expected, $one)) {
                    return true;
                }
            }
            return false;
        }
        """#

    private static let rubyCode = #"""
        require 'openssl'

        # signatures: the header X-Webhook-Signature; body: the bytes that came.
        def verify_plain(secret, signatures, body)
          expected = 'sha256=' + OpenSSL::HMAC.hexdigest('SHA256', secret, body)
          signatures.split(',').any? { |one| OpenSSL.secure_compare(one.strip, expected) }
        end

        # secret: whsec_…; the headers webhook-id, webhook-timestamp and webhook-signature.
        def verify_standard(secret, id, timestamp, signatures, body)
          return false unless timestamp.match?(/\A[0-9]{1,12}\z/)
          return false if (Time.now.to_i - timestamp.to_i).abs > 300

          key = secret.delete_prefix('whsec_').unpack1('m0')
          code = OpenSSL::HMAC.digest('SHA256', key, "#{id}.#{timestamp}.".b + body.b)
          expected = 'v1,' + [code].pack('m0')
          signatures.split(' ').any? { |one| OpenSSL.secure_compare(one, expected) }
        end
        """#
}
