import Foundation
import XCTest

/// Tokenizers as scripts see them.
final class TextBindingTests: XCTestCase {
  private let setUp = "local tok = lab.tokenizer.characters(\"abc\", {special = {\"<pad>\"}})\n"

  func testEncodingAndPadding() throws {
    XCTAssertEqual(
      try run(setUp + "print(tok, tok.vocab, #tok, tok.pad_id)"), "Tokenizer: characters, 4 tokens\t4\t4\t1\n")
    XCTAssertEqual(
      try run(
        setUp + """
          local ids = tok:encode("cab")
          print(ids.dtype, table.concat(ids:totable(), " "))
          local list = tok:encode{"a", "", "bb"}
          print(#list, #list[2], table.concat(list[3]:totable(), " "))
          """), "int64\t4 2 3\n3\t0\t3 3\n")
    XCTAssertEqual(
      try run(
        setUp + """
          local function show(t)
            for _, row in ipairs(t:to("int64"):totable()) do io.write(table.concat(row, " "), " | ") end
            print()
          end
          local ids, mask = tok:encode({"a", "abc", ""}, {pad = true})
          show(ids); show(mask); print(mask.dtype)
          ids, mask = tok:encode({"a", "abc"}, {pad = 4, pad_side = "left"})
          show(ids); show(mask)
          show(tok:encode({"a", "abc"}, {pad = true, max = 2, pad_id = 4}))
          """),
      """
      2 1 1 | 2 3 4 | 1 1 1 |\u{20}
      1 0 0 | 1 1 1 | 0 0 0 |\u{20}
      bool
      1 1 1 2 | 1 2 3 4 |\u{20}
      0 0 0 1 | 0 1 1 1 |\u{20}
      2 4 | 2 3 |\u{20}

      """)
  }

  func testDecoding() throws {
    XCTAssertEqual(
      try run(
        setUp + """
          local ids = tok:encode({"a", "abc"}, {pad = true})
          print(table.concat(tok:decode(ids), ","), tok:decode(ids[2]), tok:decode{2, 3}, tok:decode({1, 2}, {special = true}))
          print(tok:token(2), tok:id("c"), tok:id("x"), table.concat(tok:vocabulary(), " "), table.concat(tok:tokens("ba"), " "))
          """), "a,abc\tabc\tab\t<pad>a\na\t4\tnil\t<pad> a b c\tb a\n")
  }

  func testPairs() throws {
    XCTAssertEqual(
      try run(
        """
        local tok = lab.tokenizer.wordpiece("a b c a b c", {vocab = 12})
        local ids, types = tok:encode("a", {pair = "b c"})
        print(table.concat(tok:vocabulary(), " "), table.concat(ids:totable(), " "), table.concat(types:totable(), " "))
        local _, mask, more = tok:encode({"a", "b"}, {pair = {"b c", "a"}, pad = true})
        print(mask:to("int64"):sum():item(), table.concat(more[2]:totable(), " "))
        print(table.concat(tok:encode("a", {special = false}):totable(), " "))
        """), "[PAD] [UNK] [CLS] [SEP] [MASK] a b c\t3 6 4 7 8 4\t1 1 1 2 2 2\n11\t1 1 1 2 2 1\n6\n")
  }

  func testLanguageModelData() throws {
    XCTAssertEqual(
      try run(
        """
        local tok = lab.tokenizer.characters("abcdefg")
        local set = tok:windows("abcdefg", 3)
        print(set.x.shape[1], table.concat(set.y[2]:totable(), " "))
        for step, batch in set:batches(2, {steps = 1}) do print(batch.x.dtype) end
        print(string.format("%.4f", tok:bits_per_character(lab.tensor(math.log(8)), "abc")))
        """), "2\t5 6 7\nint64\n3.0000\n")
  }

  func testFiles() throws {
    let path = NSTemporaryDirectory() + "perilune-\(UUID().uuidString).txt"
    defer { try? FileManager.default.removeItem(atPath: path) }
    XCTAssertEqual(
      try run(
        """
        local path = "\(path)"
        local file = io.open(path, "w")
        file:write("\\u{feff}h\\u{e9}llo")
        file:close()
        print(lab.data.text(path))
        local tok = lab.tokenizer.bpe(lab.data.text(path), {vocab = 256})
        tok:save(path)
        print(lab.tokenizer.load(path), lab.tokenizer.load(path):decode(tok:encode("any \\u{1F642} text")))
        """), "héllo\nTokenizer: byte-level BPE, 256 tokens\tany 🙂 text\n")
  }

  private func check(_ expression: String, _ expected: String, line: UInt = #line) {
    XCTAssertEqual(message(setUp + "local x = " + expression), "script.lua:2: " + expected, line: line)
  }

  func testErrors() {
    check("tok:encode(3)", "encode: argument 1 (text) must be a string or a list of strings, but is 3")
    check("tok:encode({\"a\", 3})", "encode: entry 2 of argument 1 (text) must be a string, but is 3")
    check("tok:encode(\"a\\xff\")", "encode: the text is not UTF-8: byte 2 is 0xFF")
    check("tok:encode(\"abc\", {pad = 2})", "encode: option 'pad' is 2, but a text has 3 ids; cut it with {max = 2}")
    check("tok:encode(\"abc\", {pad_id = 2})", "encode: option 'pad_id' needs option 'pad'")
    check("tok:encode(\"abc\", {pads = true})", "encode: unknown option 'pads'; did you mean 'pad'?")
    check(
      "tok:encode(\"abc\", {pad = true, pad_id = 9})",
      "encode: the id 9 is not in the vocabulary, whose ids go from 1 to 4")
    check(
      "lab.tokenizer.characters(\"abc\"):encode(\"abc\", {pad = true})",
      "encode: this tokenizer has no token for padding; make it with {special = {\"<pad>\"}} or give option 'pad_id'")
    check(
      "tok:encode({\"a\", \"b\"}, {pair = {\"a\"}})", "encode: option 'pair' has 1 texts, but argument 1 (text) has 2")
    check("tok:decode(\"a\")", "decode: argument 1 (ids) must be an int64 Tensor or a list of ids, but is a string 'a'")
    check("tok:decode(lab.ones{2})", "decode: the ids must be an int64 vector or matrix, found float32 {2}")
    check("tok.vocabs", "Tokenizer has no field or method 'vocabs'; did you mean 'vocab'?")
    check("lab.tokenizer.bpe(\"abc\")", "bpe: option 'vocab' is missing")
    check("lab.tokenizer.load(\"/no/such.json\")", "load: /no/such.json cannot be opened: no such file or directory")
    check("lab.data.windows(lab.ones{4}, 2)", "windows: the ids must be an int64 vector, found float32 {4}")
    check(
      "lab.tokenizer.write_number(1, {tags = \"hint\"})",
      "write_number: option 'tags' must be one of 'none', 'hints', 'powers', but is a string 'hint'; did you mean 'hints'?"
    )
    check("lab.data.text(\"/no/such\")", "text: /no/such cannot be opened: no such file or directory")
  }
}
