import Autodiff
import Bindings
import Foundation
import LuaHost
import Tensors
import XCTest

/// Calls everything with wrong and extreme values. Each call returns or raises one sentence; a trap ends the tests.
final class FuzzTests: XCTestCase {
  private var limit = 0
  private var folder = ""

  override func setUpWithError() throws {
    limit = Storage.limit
    Storage.limit = 64 << 20
    folder = FileManager.default.currentDirectoryPath
    let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("perilune-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(scratch.path))
  }

  override func tearDown() {
    let scratch = FileManager.default.currentDirectoryPath
    _ = FileManager.default.changeCurrentDirectoryPath(folder)
    try? FileManager.default.removeItem(atPath: scratch)
    Storage.limit = limit
  }

  /// `values`: makers of odd values. `try(name, f, ...)` calls f and judges its error. `pick()` is one of the values, by
  /// a generator that is the same in every run.
  private static let preamble = """
    local knot = {}
    knot[1] = knot
    local values = {
      function() return nil end, function() return true end, function() return false end, function() return 0 end,
      function() return 1 end, function() return -1 end, function() return 2 end, function() return 3 end,
      function() return 0.5 end, function() return 1e300 end, function() return -1e300 end, function() return 2^53 end,
      function() return 2^40 end, function() return math.maxinteger end, function() return math.mininteger end,
      function() return 0/0 end, function() return 1/0 end, function() return -1/0 end,
      function() return "" end, function() return "sum" end, function() return "x" end, function() return "ij,jk->ik" end,
      function() return ("y"):rep(1000) end, function() return "\\xff\\0" end,
      function() return {} end, function() return {1} end, function() return {0} end, function() return {-1} end,
      function() return {2, 3} end, function() return {3, 2, 1, 1} end, function() return {2^40, 2^40} end,
      function() return {1, nil, 3} end, function() return {{}} end, function() return {{1, 2}, {3}} end,
      function() return {a = 1} end, function() return {keepdim = 3} end, function() return {keepdim = true} end,
      function() return {dim = 1} end, function() return {lr = 0/0} end, function() return {rng = 3} end,
      function() return knot end, function() return function() end end,
      function() return function() error("x", 0) end end, function() return coroutine.create(print) end,
      function() return io.stderr end, function() return lab.rng(1) end, function() return lab.nn.Linear(3, 2) end,
      function() return lab.nn.Linear(3, 2):weights() end, function() return lab.data.iris():take(5) end,
      function() return lab.zeros{0} end, function() return lab.zeros{0, 3} end, function() return lab.zeros{3, 0} end,
      function() return lab.tensor(3) end, function() return lab.tensor({1, 2}, "int64") end,
      function() return lab.tensor({0, -1, 4}, "int64") end, function() return lab.tensor({{2, 1}, {1, 3}}, "int64") end,
      function() return lab.tensor{true, false, true} end, function() return lab.ones{2, 3}:gt(0) end,
      function() return lab.ones{1, 1, 1, 1, 1, 1, 1, 1} end, function() return lab.rand{2, 1, 2, 1, 2, 1, 2, 2} end,
      function() return lab.rand{3, 4}:transpose(1, 2) end, function() return lab.rand{9}[{{1, 9, 3}}] end,
      function() return lab.rand{1, 3}:expand{4, 3} end, function() return lab.rand({3, 3}, {dtype = "float64"}) end,
      function() return lab.tensor{0/0, 1/0, -1/0} end, function() return lab.full({3, 3}, 0/0) end,
      function() return lab.full({3, 3}, 1e38) end, function() return lab.rand{3} end, function() return lab.rand{2, 3} end,
      function() return lab.rand{3, 3} end, function() return lab.rand{2, 3, 3} end, function() return lab.rand{1} end,
      function() return lab.rand{3, 3}:requires_grad_() end, function() return lab.rand{3}:requires_grad_() * 2 end,
      function() return {lab.rand{3, 3}, lab.rand{3, 3}} end, function() return {lab.rand{3}, lab.rand{0}} end,
      function() return {lab.rand{2, 3}, 4} end,
    }
    local rng = lab.rng(20, "fuzz")
    local function pick() return values[rng:integer(1, #values)]() end
    local calls, failures = 0, 0
    local shown = {}
    local function judge(name, ok, result, ...)
      if not ok then
        failures = failures + 1
        if type(result) ~= "string" or #result > 2000 or result:find("\\n") or result:find("Swift")
          or result:find("Index out") or result:find("Failure") then
          shown[#shown + 1] = name .. ": " .. tostring(result):sub(1, 300)
        end
        return
      end
      if lab.is_tensor(result) then
        assert(type(tostring(result)) == "string")
        if result.requires_grad then pcall(result.backward, result, lab.ones_like(result)) end
      end
    end
    local function try(name, f, ...)
      calls = calls + 1
      local start = os.clock()
      judge(name, pcall(f, ...))
      if os.clock() - start > 2 then shown[#shown + 1] = name .. ": took " .. (os.clock() - start) .. " s" end
    end
    local function finish() print(calls > 1000, failures > 100, table.concat(shown, "\\n")) end

    """

  private func fuzz(_ body: String, line: UInt = #line) throws {
    XCTAssertEqual(try run(Self.preamble + body + "\nfinish()"), "true\ttrue\t\n", line: line)
  }

  /// Each parameter of each operation gets each value, beside arguments that fit.
  func testEveryParameterOfEveryOperation() throws {
    let rows = Operations.all.map { row in
      let fitting = row.parameters.filter { !$0.isOption }.map { parameter -> String in
        switch parameter.kind {
        case .tensor: "lab.rand{3, 3}"
        case .tensors: "{lab.rand{3, 3}, lab.rand{3, 3}}"
        case .number: "0.5"
        case .integer, .dimension, .dimensions, .integers, .integersOr: "1"
        case .shape: "{3, 3}"
        case .boolean: "true"
        case .choice(let names): "\"\(names[0])\""
        case .text: "\"ij,jk->ik\""
        case .dtype: "\"float64\""
        }
      }
      let options = row.parameters.filter(\.isOption).map { "\"\($0.name)\"" }
      return
        "{\"\(row.group.table).\(row.name)\", \(row.group.table).\(row.name), function() return {\(fitting.joined(separator: ", "))} end, \(fitting.count), {\(options.joined(separator: ", "))}}"
    }
    try fuzz(
      """
      for _, row in ipairs{\(rows.joined(separator: ",\n"))} do
        local name, f, fitting, count, options = table.unpack(row)
        for place = 1, count + 1 do
          for _, value in ipairs(values) do
            local arguments = fitting()
            arguments[place] = value()
            try(name, f, table.unpack(arguments, 1, math.max(count, place)))
          end
        end
        for _, option in ipairs(options) do
          for _, value in ipairs(values) do
            local arguments = fitting()
            arguments[count + 1] = {[option] = value()}
            try(name, f, table.unpack(arguments, 1, count + 1))
          end
        end
      end
      """)
  }

  /// Every function of the library gets random values in all places.
  func testEveryFunction() throws {
    try fuzz(
      """
      local function walk(table, prefix, visit)
        for name, value in pairs(table) do
          local full = prefix .. "." .. name
          if type(value) == "table" and not rawget(value, "class_name") then walk(value, full, visit)
          elseif full ~= "lab.no_grad" then visit(full, value) end
        end
      end
      walk(lab, "lab", function(name, f)
        for round = 1, \(rounds) do
          local count = rng:integer(0, 4)
          local arguments = {}
          for i = 1, count do arguments[i] = pick() end
          try(name, f, table.unpack(arguments, 1, count))
        end
      end)
      """)
  }

  /// Every method of every type, and indexing, with random values.
  func testEveryMethod() throws {
    let host = try LuaHost()
    let docs = try Lab(in: host).docs.names
    host.close()
    let documented = docs.filter { !$0.hasPrefix("lab.") }.compactMap { $0.split(separator: ".").last.map(String.init) }
    let rows = Operations.all.filter(\.isMethod).map(\.name)
    let names = Set(documented + rows + ["backward", "detach", "register_hook", "step", "state", "load", "minimize"])
      .sorted()
    try fuzz(
      """
      local makers = {
        function() return lab.rand{3, 3} end, function() return lab.rand{2, 3}:requires_grad_() end,
        function() return lab.zeros{0, 2} end, function() return lab.tensor({1, 2, 3}, "int64") end,
        function() return lab.rng(3) end, function() return lab.nn.Linear(3, 2):weights() end,
        function() return lab.data.iris():take(6) end, function() return lab.data.iris():order("shuffle") end,
        function() return lab.data.iris():take(6):batches(2) end, function() return lab.optim.Adam(lab.nn.Linear(3, 2)) end,
        function() return lab.pace.linear(0.5) end, function() return lab.nn.Linear(3, 2) end,
      }
      for _, name in ipairs{\(names.map { "\"\($0)\"" }.joined(separator: ", "))} do
        for _, make in ipairs(makers) do
          for round = 1, \(max(1, rounds / 6)) do
            local object = make()
            local has, method = pcall(function() return object[name] end)
            if has and (type(method) == "function" or type(method) == "userdata") then
              local count = rng:integer(0, 3)
              local arguments = {}
              for i = 1, count do arguments[i] = pick() end
              try(name, method, object, table.unpack(arguments, 1, count))
            end
          end
        end
      end
      for _, make in ipairs(makers) do
        for _, value in ipairs(values) do
          local object = make()
          try("index", function() return object[value()] end)
          try("assignment", function() object[value()] = pick() end)
          try("call", function() return object(value()) end)
          for _, operator in ipairs{"+", "-", "*", "/", "^", "//", "%", "..", "==", "<", "<=", "&"} do
            local f = load("local a, b = ... return a " .. operator .. " b")
            try(operator, f, object, value())
            try(operator, f, value(), object)
          end
          try("entry", function() return object[{value(), pick()}] end)
          try("entry", function() object[{pick(), value()}] = pick() end)
        end
      end
      """)
  }

  private var rounds: Int { ProcessInfo.processInfo.environment["PERILUNE_FULL"] == nil ? 30 : 600 }
}
