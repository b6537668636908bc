import CSodium

/// SHA-256 (FIPS 180-4), by libsodium.
public struct Digest {
  private var state = crypto_hash_sha256_state()

  public init() {
    // Never fails once; later calls do nothing.
    _ = sodium_init()
    crypto_hash_sha256_init(&state)
  }

  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
    crypto_hash_sha256_update(&state, base.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
  }

  /// The text's bytes behind their count, so that parts cannot run into each other.
  public mutating func add(_ text: String) {
    let bytes = Array(text.utf8)
    withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { add($0) }
    bytes.withUnsafeBytes { add($0) }
  }

  /// 64 hexadecimal digits; the digest can go on afterwards.
  public var hexadecimal: String {
    var copy = state
    var bytes = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
    crypto_hash_sha256_final(&copy, &bytes)
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  /// The digest of some bytes, in hexadecimal.
  public static func sha256(_ bytes: [UInt8]) -> String {
    var digest = Digest()
    bytes.withUnsafeBytes { digest.add($0) }
    return digest.hexadecimal
  }
}
