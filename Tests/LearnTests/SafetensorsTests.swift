import Basics
import Foundation
import Kernels
import Learn
import Tensors
import XCTest

final class SafetensorsTests: XCTestCase {
  private func file(_ header: String, _ data: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    return withUnsafeBytes(of: (length ?? UInt64(text.count)).littleEndian) { Array($0) } + text + data
  }

  private func read(_ bytes: [UInt8]) throws -> Safetensors.Content {
    try withTemporaryFolder { folder in
      try Data(bytes).write(to: URL(fileURLWithPath: folder + "/x.safetensors"))
      return try Safetensors.read(folder + "/x.safetensors")
    }
  }

  private func sample() throws -> Weights {
    try Weights([
      ("mask", .from([1, 0, 1], shape: [3], .bool)),
      ("a.weight", .from([1.5, -0.0, .infinity, 3e-42], shape: [2, 2], .float32)),
      ("ids \"\\\n\u{1F319}", .from([Int64.min, -1, Int64.max], shape: [3])), ("empty", .zeros([0, 5], .float64)),
      ("scalar", .scalar(0.1, .float64)),
      ("turned", Tensor.from([1, 2, 3, 4, 5, 6], shape: [2, 3], .float32).transposedView(0, 1)),
    ])
  }

  func testSaveAndLoadAreTheIdentity() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/w.safetensors"
      let weights = try sample()
      for _ in 1...2 { try Safetensors.write(weights, metadata: [("z", "first"), ("a", "tab\there")], to: path) }
      let content = try Safetensors.read(path)
      XCTAssertEqual(content.weights.names, weights.names)
      XCTAssertEqual(content.metadata.map(\.key), ["z", "a"])
      XCTAssertEqual(content.metadata.map(\.value), ["first", "tab\there"])
      for (name, tensor) in weights.entries {
        let loaded = try content.weights.tensor(name)
        XCTAssertEqual(loaded.shape, tensor.shape)
        XCTAssertEqual(loaded.dtype, tensor.dtype)
        XCTAssertEqual(loaded.toDoubles().map(\.bitPattern), tensor.toDoubles().map(\.bitPattern))
      }
      XCTAssertEqual(try content.weights.tensor(weights.names[2]).toIntegers(), [Int64.min, -1, Int64.max])
      XCTAssertEqual(
        try FileManager.default.contentsOfDirectory(atPath: folder), ["w.safetensors"], "no temporary file is left")
    }
  }

  func testOtherElementTypesAreConverted() throws {
    let header = #"""
      {"h":{"dtype":"F16","shape":[5],"data_offsets":[0,10]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[10,12]},
       "i":{"dtype":"I32","shape":[2],"data_offsets":[12,20]},"u":{"dtype":"U8","shape":[2],"data_offsets":[20,22]}}
      """#
    let data: [UInt8] = [
      0x00, 0x3c, 0x01, 0x80, 0xff, 0x7b, 0x00, 0xfc, 0x00, 0x04, 0x80, 0x3f, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0,
      0xff, 0x07,
    ]
    let weights = try read(file(header, data)).weights
    XCTAssertEqual(try weights.tensor("h").toDoubles(), [1, -0x1p-24, 65504, -.infinity, 0x1p-14])
    XCTAssertEqual(try weights.tensor("b").toDoubles(), [1])
    XCTAssertEqual(try weights.tensor("i").toIntegers(), [-1, 2])
    XCTAssertEqual(try weights.tensor("u").toIntegers(), [255, 7])
  }

  func testBadFilesAreRefusedWithTheReason() throws {
    func entry(_ name: String, _ shape: String, _ begin: String, _ end: String, _ dtype: String = "F32") -> String {
      "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}"
    }
    let eight = [UInt8](repeating: 0, count: 8)
    let cases: [(String, [UInt8], String)] = [
      ("empty", [], "has 0 bytes, too few"),
      ("seven bytes", Array(eight.dropLast()), "has 7 bytes, too few"),
      ("long header", file("{}", length: 100), "says that its header has 100 bytes, but only 2 follow"),
      ("huge header", file("{}", length: .max), "says that its header has 18446744073709551615 bytes"),
      ("no object", file("[]"), "does not begin with '{'"),
      ("empty header", file(""), "does not begin with '{'"),
      ("open object", file("{"), "wanted a key in quotes at byte 2"),
      ("not UTF-8", [5, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x22, 0x7d], "the text is not UTF-8 at byte 2"),
      ("bomb", file("{\"a\":" + String(repeating: "[", count: 100_000)), "wanted an object"),
      ("deep object", file(String(repeating: "{\"a\":", count: 100_000)), "unknown field"),
      ("truncated data", file("{\(entry("a", "3", "0", "12"))}", eight), "lies at bytes 0 to 12, but there are 8"),
      ("wrong size", file("{\(entry("a", "3", "0", "8"))}", eight), "needs 12 bytes for its shape, but has 8"),
      (
        "overlap", file("{\(entry("a", "2", "0", "8")),\(entry("b", "1", "4", "8"))}", eight),
        "'b' overlaps another tensor"
      ),
      ("hole", file("{\(entry("a", "1", "4", "8"))}", eight), "there is a hole before 'a'"),
      ("rest", file("{\(entry("a", "1", "0", "4"))}", eight), "4 bytes at the end belong to no tensor"),
      ("turned offsets", file("{\(entry("a", "1", "4", "0"))}", eight), "lies at bytes 4 to 0"),
      (
        "huge shape", file("{\(entry("a", "4294967296,4294967296,4294967296", "0", "8"))}", eight),
        "more elements than can exist"
      ),
      (
        "huge shape, empty", file("{\(entry("a", "0,9223372036854775807,9223372036854775807", "0", "0"))}"),
        "too many elements"
      ),
      ("huge number", file("{\(entry("a", "99999999999999999999", "0", "8"))}", eight), "too large"),
      ("negative", file("{\(entry("a", "-1", "0", "8"))}", eight), "wanted a whole number"),
      ("fraction", file("{\(entry("a", "1.5", "0", "8"))}", eight), "wanted ',' or ']'"),
      ("many dimensions", file("{\(entry("a", "1,1,1,1,1,1,1,1,2", "0", "8"))}", eight), "9 dimensions"),
      ("unknown dtype", file("{\(entry("a", "2", "0", "8", "F31"))}", eight), "unknown dtype 'F31'"),
      (
        "unsupported dtype", file("{\(entry("a", "8", "0", "8", "F8_E5M2"))}", eight), "F8_E5M2, which is not supported"
      ),
      ("bad bool", file("{\(entry("a", "8", "0", "8", "BOOL"))}", [2] + eight.dropLast()), "BOOL with the byte 2"),
      (
        "same name", file("{\(entry("a", "1", "0", "4")),\(entry("a", "1", "4", "8"))}", eight),
        "the key 'a' occurs twice"
      ),
      ("missing field", file("{\"a\":{\"dtype\":\"F32\"}}", eight), "needs dtype, shape and data_offsets"),
      (
        "three offsets", file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}", eight),
        "3 data_offsets"
      ),
      ("metadata list", file("{\"__metadata__\":[1]}"), "wanted an object"),
      ("metadata number", file("{\"__metadata__\":{\"a\":1}}"), "wanted a text"),
      ("something follows", file("{}x"), "something follows"),
      ("half a pair", file("{\"\\ud800\":{}}"), "half of a surrogate pair"),
    ]
    for (name, bytes, reason) in cases {
      let failure = failure { try read(bytes) }
      XCTAssertEqual(failure?.kind, .file, name)
      XCTAssertTrue(failure?.message.contains(reason) == true, "\(name): \(failure?.message ?? "")")
      XCTAssertTrue(failure?.message.contains("x.safetensors ") == true, "\(name): the path is named")
    }
    XCTAssertEqual(
      failure { try Safetensors.read("/nowhere/x") }?.message, "/nowhere/x cannot be opened: no such file or directory")
    XCTAssertEqual(failure { try Safetensors.read("/tmp") }?.message, "/tmp is not a file")
    XCTAssertEqual(failure { try Safetensors.read("a\0b") }?.kind, .file)
  }

  func testWritingRefusesWhatCannotBeRead() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/w.safetensors"
      XCTAssertNotNil(failure { try Safetensors.write(Weights([("__metadata__", Tensor.zeros([1]))]), to: path) })
      XCTAssertNotNil(failure { try Safetensors.write(Weights([]), metadata: [("a", "1"), ("a", "2")], to: path) })
      XCTAssertFalse(FileManager.default.fileExists(atPath: path))
      XCTAssertEqual(failure { try Safetensors.write(Weights([]), to: folder + "/none/w") }?.kind, .file)
      try Safetensors.write(Weights([]), to: path)
      XCTAssertEqual(try Safetensors.read(path).weights.count, 0)
    }
  }

  /// Flipped and cut files are read or refused; nothing else happens.
  func testDamagedFiles() throws {
    var stream = RandomStream(seed: 11, name: "damage")
    try withTemporaryFolder { folder in
      let path = folder + "/w.safetensors"
      try Safetensors.write(sample(), metadata: [("k", "v")], to: path)
      let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      var refused = 0
      var readable = 0
      for round in 0..<900 {
        var bytes = whole
        if round % 3 == 0 { bytes = Array(bytes.prefix(stream.nextInteger(below: bytes.count))) }
        if !bytes.isEmpty && round % 3 != 0 {
          let region = round % 3 == 1 ? bytes.count : min(bytes.count, 300)
          for _ in 0...stream.nextInteger(below: 3) {
            bytes[stream.nextInteger(below: region)] = UInt8(stream.nextInteger(below: 256))
          }
        }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        do {
          _ = try Safetensors.read(path)
          readable += 1
        } catch let failure as Failure {
          XCTAssertTrue(failure.kind == .file, "\(failure)")
          XCTAssertTrue(failure.message.hasPrefix(path), failure.message)
          refused += 1
        }
      }
      XCTAssertGreaterThan(refused, 450)
      XCTAssertGreaterThan(readable, 15)
    }
  }
}
