import XCTest

/// Fails unless two numbers agree to 1e-9, relative to the wanted one where that is large, or are the same infinity.
func assertAgree(
  _ found: Double, _ wanted: Double, _ message: String = "", relative: Bool = false, tolerance: Double = 1e-9,
  file: StaticString = #filePath, line: UInt = #line
) {
  if found == wanted { return }
  let scale = relative ? abs(wanted) : max(1, abs(wanted))
  XCTAssertLessThanOrEqual(
    abs(found - wanted), tolerance * scale, "\(message): found \(found), wanted \(wanted)", file: file, line: line)
  XCTAssertFalse(found.isNaN, message, file: file, line: line)
}
