import Basics
import DataKit
import LuaHost
import Tensors

/// A tokenizer, a value in Swift, as an object that scripts hold.
public final class TokenizerBox {
  public let tokenizer: Tokenizer
  public init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }
}

/// Text in scripts: `lab.tokenizer` makes tokenizers, and writes numbers; tokenizers have methods.
extension Lab {
  func installText() throws {
    try defineTokenizers()
    try installTokenizerMethods()
    try defineDigitFunctions()
    try defineWindows()
    try defineTextFiles()
  }

  func push(_ tokenizer: Tokenizer, _ call: Call) -> Int { call.push(TokenizerBox(tokenizer), tokenizers) }

  /// One text, or a list of them, as bytes.
  func readTexts(_ call: Call, _ position: Int) throws -> (texts: [[UInt8]], isList: Bool) {
    if call.isString(position) { return ([try call.bytes(position)], false) }
    guard call.isTable(position) else { throw call.mismatch(position, wanted: "a string or a list of strings") }
    let table = try call.table(position)
    try table.onlySequence()
    return (try table.map { stack, place in try stack.bytes(at: -1, table.entryName(place)) }, true)
  }

  private func defineWindows() throws {
    try define(
      Doc(
        "lab.data.windows", "lab.data.windows(ids, context, {stride})", chapter: "Data",
        parameters: ["ids", "context", "options"],
        "A data set for language models: x holds windows of context ids, y the ids one place later, both {windows, context}.",
        details: [
          "ids: an int64 vector",
          "{stride}: how far the next window begins; context when left out, so that no id is predicted twice",
        ],
        notes: "Ids at the end that do not fill a window are left out.",
        example: "local set = lab.data.windows(lab.arange(1, 9, 1, \"int64\"), 4)\nprint(set.x, set.y)")
    ) { [self] call in
      try call.atMost(3)
      let stride = try call.options(3, known: ["stride"]).integer("stride")
      return push(
        try Dataset.windows(try call.object(1, tensors), context: try call.integer(2), stride: stride), call)
    }
  }

  private func defineTextFiles() throws {
    try define(
      Doc(
        "lab.data.text", "lab.data.text(path, {limit})", chapter: "Data", parameters: ["path", "options"],
        "The text of a file, gzipped or not, as a string; text that is not UTF-8 is an error that names the byte.",
        details: ["{limit}: the largest text accepted, in bytes; 2^30 when left out"],
        notes: "A byte order mark at the beginning is left out.",
        example:
          "local file = io.open(\"poem.txt\", \"w\")\nfile:write(\"one line\\n\")\nfile:close()\nprint(#lab.data.text(\"poem.txt\"))"
      )
    ) { call in
      try call.atMost(2)
      let limit = try call.options(2, known: ["limit"]).count("limit") ?? 1 << 30
      let bytes = try TextFile.read(try call.string(1), limit: limit)
      bytes.withUnsafeBytes { call.stack.push(bytes: $0) }
      return 1
    }
  }
}
