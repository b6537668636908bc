import Bindings
import LuaHost
import XCTest

final class DataBindingExampleTests: XCTestCase {
  func testEveryExampleOfTheChapterRuns() throws {
    let host = try LuaHost()
    let docs = try Lab(in: host).docs.all.filter { $0.chapter == "Data" }
    host.close()
    XCTAssertGreaterThan(docs.count, 50)
    for doc in docs {
      XCTAssertNoThrow(try run(doc.example), "\(doc.name): \(message(doc.example))")
      XCTAssertFalse(doc.summary.isEmpty, doc.name)
    }
  }
}
