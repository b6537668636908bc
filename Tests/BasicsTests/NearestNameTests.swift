import Basics
import XCTest

final class NearestNameTests: XCTestCase {
  func testFindsTheNearestName() {
    XCTAssertEqual(NearestName.find("rleu", among: ["gelu", "relu", "silu"]), "relu")
    XCTAssertEqual(NearestName.find("sofmax", among: ["softplus", "softmax"]), "softmax")
    XCTAssertEqual(NearestName.find("weigth_decay", among: ["weight_decay", "lr"]), "weight_decay")
  }

  func testFindsNothingWhereNothingIsNear() {
    XCTAssertNil(NearestName.find("banana", among: ["relu", "gelu"]))
    XCTAssertNil(NearestName.find("", among: ["relu"]))
    XCTAssertNil(NearestName.find("x", among: ["lr", "eps"]))
  }

  func testCaseIsNoDifference() { XCTAssertEqual(NearestName.find("RELU", among: ["gelu", "relu"]), "relu") }

  func testTheFirstOfEquallyNearNamesWins() { XCTAssertEqual(NearestName.find("aa", among: ["ab", "ba"]), "ab") }

  func testHintIsASentencePart() {
    XCTAssertEqual(NearestName.hint("reul", among: ["relu"]), "; did you mean 'relu'?")
    XCTAssertEqual(NearestName.hint("banana", among: ["relu"]), "")
  }

  func testAHostileNameCostsNothing() {
    let long = String(repeating: "a", count: 1_000_000)
    XCTAssertNil(NearestName.find(long, among: ["relu"]))
  }
}

final class ByteCountTests: XCTestCase {
  func testReadsWell() {
    XCTAssertEqual(ByteCount(1).description, "1 byte")
    XCTAssertEqual(ByteCount(999).description, "999 bytes")
    XCTAssertEqual(ByteCount(1500).description, "1.5 kB")
    XCTAssertEqual(ByteCount(4 << 40).description, "4.4 TB")
  }
}
