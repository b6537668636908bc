import Bindings
import Foundation
import LuaHost
import XCTest

/// Every example of the documentation runs as it stands, in a folder of its own.
final class DocExampleTests: XCTestCase {
  func testEveryExampleRuns() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("perilune-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let before = FileManager.default.currentDirectoryPath
    XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(folder.path))
    defer {
      _ = FileManager.default.changeCurrentDirectoryPath(before)
      try? FileManager.default.removeItem(at: folder)
    }
    let host = try LuaHost()
    let docs = try Lab(in: host).docs.all
    host.close()
    XCTAssertGreaterThan(docs.count, 300)
    for doc in docs {
      do {
        let printed = try run(doc.example)
        if doc.example.contains("print(") { XCTAssertFalse(printed.isEmpty, doc.name) }
      } catch {
        XCTFail("\(doc.name): \(message(doc.example))\n\(doc.example)")
      }
      XCTAssertFalse(doc.summary.isEmpty, doc.name)
      XCTAssertFalse(doc.signature.isEmpty, doc.name)
      XCTAssertFalse(doc.chapter.isEmpty, doc.name)
    }
  }

  func testEveryFunctionOfTheLibraryIsDocumented() throws {
    let host = try LuaHost()
    let lab = try Lab(in: host)
    defer { host.close() }
    let names = try host.run(
      source: """
        local names = {}
        local function walk(table, prefix)
          for name, value in pairs(table) do
            local full = prefix .. "." .. name
            local is_class = type(value) == "table" and rawget(value, "class_name")
            if type(value) == "function" or type(value) == "userdata" or is_class then
              names[#names + 1] = full
            elseif type(value) == "table" then walk(value, full) end
          end
        end
        walk(lab, "lab")
        return table.concat(names, " ")
        """, name: "script.lua"
    ).first?.string?.split(separator: " ").map(String.init)
    let known = Set(lab.docs.names + ["lab.nn.Module"])
    let missing = (names ?? []).filter { !known.contains($0) }
    XCTAssertGreaterThan(names?.count ?? 0, 200)
    XCTAssertEqual(missing, [])
  }
}
