import Foundation
import XCTest

/// Files that are missing, cut off or lie about themselves: one sentence, and nothing half-written.
final class FileErrorTests: XCTestCase {
  private var folder = URL(fileURLWithPath: "/")

  override func setUpWithError() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("perilune-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  override func tearDown() { try? FileManager.default.removeItem(at: folder) }

  private func check(_ bytes: Data?, _ call: String, _ expected: String, line: UInt = #line) throws {
    let file = folder.appendingPathComponent("file")
    if let bytes { try bytes.write(to: file) } else { try? FileManager.default.removeItem(at: file) }
    let found = message(call.replacingOccurrences(of: "FILE", with: "'\(file.path)'"))
    XCTAssertTrue(found.hasPrefix("script.lua:1: "), found, line: line)
    XCTAssertTrue(found.contains(expected), found, line: line)
    XCTAssertFalse(found.contains("\n"), found, line: line)
  }

  private func safetensors(_ header: String, _ data: Int) -> Data {
    var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
    bytes.append(Data(header.utf8))
    bytes.append(Data(count: data))
    return bytes
  }

  func testWeights() throws {
    try check(nil, "lab.load(FILE)", "file cannot be opened: no such file or directory")
    try check(Data("abc".utf8), "lab.load(FILE)", "file has 3 bytes, too few for the length of a header")
    try check(Data(repeating: 255, count: 16), "lab.load(FILE)", "says that its header has ")
    let entry = #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#
    try check(safetensors(entry, 4), "lab.load(FILE)", "bad header: 'a' lies at bytes 0 to 16, but there are 4")
    for header in [
      "{", "[]", "null", #"{"a":3}"#, #"{"a":{"dtype":"F32"}}"#,
      #"{"a":{"dtype":"X9","shape":[1],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[9e99],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      String(repeating: "[", count: 100_000),
    ] {
      try check(safetensors(header, 4), "lab.load(FILE)", "file")
    }
    try check(nil, "lab.load('/')", "/")
    try check(nil, "lab.save('/no/such/place', lab.nn.Linear(1, 1):weights())", "cannot be written")
    try check(nil, "lab.save(FILE, 3)", "argument 2 (weights) must be a Weights, but is 3")
    XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path), [])
  }

  func testEveryTruncationOfWeightsIsRefused() throws {
    let file = folder.appendingPathComponent("file")
    _ = try run("lab.save('\(file.path)', lab.nn.Linear(2, 1):weights())")
    let whole = try Data(contentsOf: file)
    for length in stride(from: 0, to: whole.count, by: 7) {
      try check(whole.prefix(length), "lab.load(FILE)", "file")
    }
    XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path), ["file"])
  }

  func testImages() throws {
    let call = "lab.data.mnist('\(folder.path)')"
    let names = [
      "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
    ]
    try check(nil, call, "has no file train-images-idx3-ubyte or train-images-idx3-ubyte.gz")
    for bytes: [UInt8] in [
      [], [0, 0, 8, 1], [0, 0, 8, 3, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 28, 0, 0, 0, 28, 1], [9, 9, 8, 1, 0, 0, 0, 1, 1],
      [0x1F, 0x8B, 8, 0, 0, 0],
    ] {
      for name in names { try Data(bytes).write(to: folder.appendingPathComponent(name)) }
      try check(nil, call, "-ubyte")
    }
  }

  func testTables() throws {
    try check(nil, "lab.data.csv(FILE)", "no such file or directory")
    try check(Data(), "lab.data.csv(FILE)", "file")
    try check(Data("a,b\n1,2,3\n".utf8), "lab.data.csv(FILE)", "file")
    try check(Data("a,b\n\"1,2\n".utf8), "lab.data.csv(FILE)", "file")
    try check(Data([0xFF, 0xFE, 0, 1]), "lab.data.csv(FILE)", "file")
    try check(Data("a,b\n1,x\n".utf8), "lab.data.csv(FILE, {features = {'c'}})", "'c'")
    try check(
      Data("a,b\n1,x\n".utf8), "lab.data.csv(FILE, {lable = 'b'})", "unknown option 'lable'; did you mean 'label'?")
    try check(Data("{\"a\": 1}\n{\"a\": }\n".utf8), "lab.data.jsonl(FILE)", "file")
    try check(Data(String(repeating: "[", count: 100_000).utf8), "lab.data.jsonl(FILE)", "file")
    try check(nil, "lab.data.csv('/')", "/")
  }
}
