import Basics
import DataKit
import LuaHost

/// Whole numbers as text for arithmetic data.
extension Lab {
  func defineDigitFunctions() throws {
    let details = [
      "{reverse = false}: the last digit first", "{width = 1}: zeros fill shorter numbers up",
      "{tags}: \"hints\" puts a letter before each digit, a before the highest; \"powers\" writes 32 as 3 10e1 2 10e0",
      "{separator = \"\"}: what stands between digits",
    ]
    let source =
      "Lee et al. 2023, Teaching Arithmetic to Small Transformers; Zhou et al. 2023, What Algorithms can Transformers Learn?; Nogueira, Jiang and Lin 2021, Investigating the Limitations of Transformers with Simple Arithmetic Tasks"
    try define(
      Doc(
        "lab.tokenizer.write_number", "lab.tokenizer.write_number(number, {reverse, width, tags, separator})",
        chapter: "Text",
        parameters: ["number", "options"], "A whole number as text.", details: details,
        notes: "A minus sign comes first in every format.", source: source,
        example:
          "print(lab.tokenizer.write_number(345, {reverse = true}), lab.tokenizer.write_number(45, {width = 3, tags = \"hints\"}), lab.tokenizer.write_number(32, {tags = \"powers\"}))"
      )
    ) { call in
      try call.atMost(2)
      return call.push(try Self.digitFormat(call).text(try call.integer(1)))
    }
    try define(
      Doc(
        "lab.tokenizer.read_number", "lab.tokenizer.read_number(text, {reverse, width, tags, separator})",
        chapter: "Text",
        parameters: ["text", "options"],
        "The number that a text means; nil when the text is not a number in this format.", details: details,
        source: source,
        example: "print(lab.tokenizer.read_number(\"543\", {reverse = true}), lab.tokenizer.read_number(\"5x3\"))")
    ) { call in
      try call.atMost(2)
      return try Self.digitFormat(call).number(try call.string(1)).map { call.push($0) } ?? call.pushNil()
    }
  }

  private static func digitFormat(_ call: Call) throws -> DigitFormat {
    let options = try call.options(2, known: ["reverse", "width", "tags", "separator"])
    let tags = try options.choice("tags", DigitFormat.Tags.allCases.map(\.rawValue))
    return DigitFormat(
      isReversed: try options.boolean("reverse") ?? false, width: try options.integer("width") ?? 1,
      tags: tags.flatMap(DigitFormat.Tags.init) ?? .none, separator: try options.string("separator") ?? "")
  }
}
