import Basics
import Foundation
import Kernels
import Tensors

/// Files in the safetensors format: eight bytes with the length of a JSON header (little-endian), the header, the numbers.
///
/// Reading trusts nothing: lengths, shapes and places are checked against the file's size before memory is taken.
/// Format: https://huggingface.co/docs/safetensors
public enum Safetensors {
  /// What a file holds.
  public struct Content {
    /// In the order of the header.
    public let weights: Weights
    /// The texts beside the tensors, in the order of the header.
    public let metadata: [(key: String, value: String)]
  }

  /// The largest header accepted, in bytes, as in the format's own implementation.
  public static let headerLimit = 100_000_000

  /// Reads a file. F16 and BF16 become float32; I8, I16, I32, U8, U16 and U32 become int64.
  ///
  /// - Throws: `Failure` of kind `file` with the path and the reason for everything that is not as the format says; of kind
  ///   `memory` when the tensors do not fit.
  public static func read(_ path: String) throws -> Content {
    guard !path.utf8.contains(0) else { throw Failure(.file, "a file's name cannot hold a zero byte") }
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw Failure(.file, "\(path) cannot be opened: \(AtomicFile.reason())") }
    defer { close(file) }
    ReadFiles.note(path)
    var status = stat()
    guard fstat(file, &status) == 0 else { throw Failure(.file, "\(path) cannot be read: \(AtomicFile.reason())") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(.file, "\(path) is not a file") }
    return try Reader(path: path, file: file, size: Int(status.st_size)).content()
  }

  /// Writes a file at once or not at all: under a temporary name, synced, then renamed.
  public static func write(_ weights: Weights, metadata: [(key: String, value: String)] = [], to path: String) throws {
    let tensors = try weights.entries.map { (name: $0.name, tensor: try $0.tensor.contiguous()) }
    // Wide elements first, so that all of them are aligned; the header keeps the order of the weights.
    let order = tensors.indices.sorted { (tensors[$1].tensor.dtype.stride, $0) < (tensors[$0].tensor.dtype.stride, $1) }
    var starts = [Int](repeating: 0, count: tensors.count)
    var end = 0
    for index in order {
      starts[index] = end
      end += tensors[index].tensor.byteCount
    }
    var header = SafetensorsHeader(entries: [], metadata: metadata)
    for (index, (name, tensor)) in tensors.enumerated() {
      header.entries.append(
        .init(
          name: name, dtype: code(tensor.dtype), shape: Array(tensor.shape), begin: starts[index],
          end: starts[index] + tensor.byteCount))
    }
    let text = try header.encoded(path)
    try AtomicFile.write(path) { append in
      try withUnsafeBytes(of: UInt64(text.count).littleEndian) { try append($0) }
      try text.withUnsafeBytes { try append($0) }
      for index in order {
        let tensor = tensors[index].tensor
        try append(UnsafeRawBufferPointer(start: tensor.start, count: tensor.byteCount))
      }
    }
  }

  private static func code(_ dtype: DType) -> String {
    switch dtype {
    case .float32: "F32"
    case .float64: "F64"
    case .int64: "I64"
    case .bool: "BOOL"
    }
  }

  /// An open file that is being read.
  private struct Reader {
    let path: String
    let file: Int32
    let size: Int

    func content() throws -> Content {
      guard size >= 8 else { throw failure("has \(size) bytes, too few for the length of a header") }
      var stored: UInt64 = 0
      try withUnsafeMutableBytes(of: &stored) { try read(into: $0, at: 0) }
      let length = UInt64(littleEndian: stored)
      guard length <= UInt64(size - 8) else {
        throw failure("says that its header has \(length) bytes, but only \(size - 8) follow")
      }
      guard length <= UInt64(headerLimit) else {
        throw failure("has a header of \(length) bytes, more than \(headerLimit)")
      }
      var text = [UInt8](repeating: 0, count: Int(length))
      try text.withUnsafeMutableBytes { try read(into: $0, at: 8) }
      let header: SafetensorsHeader
      do throws(SafetensorsHeader.Mistake) {
        header = try SafetensorsHeader(parsing: text)
        try header.checkPlaces(dataCount: size - 8 - Int(length))
      } catch {
        throw failure("has a bad header: \(error.message)")
      }
      let weights = try Weights(header.entries.map { ($0.name, try tensor($0, dataStart: 8 + Int(length))) })
      return Content(weights: weights, metadata: header.metadata)
    }

    private func tensor(_ entry: SafetensorsHeader.Entry, dataStart: Int) throws -> Tensor {
      guard let shape = try? Shape(entry.shape) else {
        throw failure(
          "has tensor '\(entry.name)' of a shape with \(entry.shape.count) dimensions, more than \(Shape.maximumRank) or too many elements"
        )
      }
      let at = dataStart + entry.begin
      func direct(_ dtype: DType) throws -> Tensor {
        let y = try Tensor(uninitialized: shape, dtype)
        try read(into: UnsafeMutableRawBufferPointer(start: y.start, count: y.byteCount), at: at)
        return y
      }
      func wide<S: BitwiseCopyable>(_: S.Type, _ dtype: DType, _ store: (Tensor, Int, S) -> Void) throws -> Tensor {
        let y = try Tensor(uninitialized: shape, dtype)
        var buffer = [UInt8](repeating: 0, count: entry.end - entry.begin)
        try buffer.withUnsafeMutableBytes { try read(into: $0, at: at) }
        buffer.withUnsafeBytes { raw in
          for i in 0..<y.count {
            store(y, i, raw.loadUnaligned(fromByteOffset: i * MemoryLayout<S>.stride, as: S.self))
          }
        }
        return y
      }
      switch entry.dtype {
      case "F32": return try direct(.float32)
      case "F64": return try direct(.float64)
      case "I64": return try direct(.int64)
      case "BOOL":
        let y = try direct(.bool)
        for i in 0..<y.count where y.bytes[i] > 1 {
          throw failure("has tensor '\(entry.name)' of dtype BOOL with the byte \(y.bytes[i]); wanted 0 or 1")
        }
        return y
      case "F16": return try wide(UInt16.self, .float32) { $0.floats[$1] = HalfPrecision.float(half: $2) }
      case "BF16": return try wide(UInt16.self, .float32) { $0.floats[$1] = Float(bitPattern: UInt32($2) << 16) }
      case "I8": return try wide(Int8.self, .int64) { $0.integers[$1] = Int64($2) }
      case "U8": return try wide(UInt8.self, .int64) { $0.integers[$1] = Int64($2) }
      case "I16": return try wide(Int16.self, .int64) { $0.integers[$1] = Int64($2) }
      case "U16": return try wide(UInt16.self, .int64) { $0.integers[$1] = Int64($2) }
      case "I32": return try wide(Int32.self, .int64) { $0.integers[$1] = Int64($2) }
      case "U32": return try wide(UInt32.self, .int64) { $0.integers[$1] = Int64($2) }
      default: throw failure("has tensor '\(entry.name)' of dtype \(entry.dtype), which is not supported")
      }
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
      guard let base = buffer.baseAddress else { return }
      var filled = 0
      while filled < buffer.count {
        let count = pread(file, base + filled, buffer.count - filled, off_t(offset + filled))
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw Failure(.file, "\(path) cannot be read: \(AtomicFile.reason())") }
        guard count > 0 else { throw failure("shrank while it was read") }
        filled += count
      }
    }

    private func failure(_ what: String) -> Failure { Failure(.file, "\(path) \(what)") }
  }
}
