import Basics
import DataKit
import LuaHost

/// Functions of `lab.tokenizer` that make tokenizers.
extension Lab {
  func defineTokenizers() throws {
    let texts = "texts: a string, or a list of strings"
    let special = "{special}: tokens that come first and are never split, such as {\"<pad>\"}"
    try define(
      Doc(
        "lab.tokenizer.characters", "lab.tokenizer.characters(texts, {unknown, special})", chapter: "Text",
        parameters: ["texts", "options"], "A tokenizer with one token per character that occurs in the texts.",
        details: [
          texts, "{unknown}: a token for all other characters, such as \"<unk>\"; they are errors without", special,
        ],
        notes: "Characters are Unicode scalars; their tokens stand in the order of code points.",
        example: "local tok = lab.tokenizer.characters(\"hello\")\nprint(tok.vocab, tok:encode(\"hole\"))")
    ) { [self] call in
      try call.atMost(2)
      let options = try call.options(2, known: ["unknown", "special"])
      return push(
        try .characters(
          try readTexts(call, 1).texts, unknown: try options.string("unknown"), special: try options.names("special")),
        call)
    }
    try define(
      Doc(
        "lab.tokenizer.words", "lab.tokenizer.words(texts, {vocab, min_count, punctuation, lower, unknown, special})",
        chapter: "Text", parameters: ["texts", "options"],
        "A tokenizer with one token per word of the texts, the most frequent first.",
        details: [
          texts, "{vocab}: the most tokens there may be; all when left out", "{min_count = 1}: rarer words are unknown",
          "{punctuation = false}: whether punctuation marks are words of their own; otherwise only spaces part words",
          "{lower = false}: whether text is lower-cased first", "{unknown = \"<unk>\"}: the token of other words",
          special,
        ], notes: "Decoding puts one space between words.",
        example:
          "local tok = lab.tokenizer.words(\"the cat and the dog\", {vocab = 4})\nprint(tok:decode(tok:encode(\"the bird\"), {special = true}))"
      )
    ) { [self] call in
      try call.atMost(2)
      let options = try call.options(2, known: ["vocab", "min_count", "punctuation", "lower", "unknown", "special"])
      return push(
        try .words(
          try readTexts(call, 1).texts, size: try options.count("vocab"),
          minimumCount: try options.count("min_count") ?? 1, unknown: try options.string("unknown") ?? "<unk>",
          special: try options.names("special"), splitsPunctuation: try options.boolean("punctuation") ?? false,
          lowers: try options.boolean("lower") ?? false), call)
    }
    try defineSubwords(texts, special)
    try define(
      Doc(
        "lab.tokenizer.load", "lab.tokenizer.load(path)", chapter: "Text", parameters: ["path"],
        "A tokenizer from a file tokenizer.json in the format of Hugging Face's tokenizers: byte-level BPE (GPT-2), WordPiece (BERT), words or characters.",
        notes:
          "Ids count from 1 here, from 0 in the file: the id in the file plus one. Padding and truncation that the file asks for are left to encode's options.",
        source: "https://huggingface.co/docs/tokenizers",
        example:
          "lab.tokenizer.characters(\"abc\"):save(\"tokenizer.json\")\nprint(lab.tokenizer.load(\"tokenizer.json\"))")
    ) { [self] call in
      try call.atMost(1)
      return push(try .load(try call.string(1)), call)
    }
  }

  private func defineSubwords(_ texts: String, _ special: String) throws {
    try define(
      Doc(
        "lab.tokenizer.bpe", "lab.tokenizer.bpe(texts, {vocab, min_count, prefix_space, special})", chapter: "Text",
        parameters: ["texts", "options"],
        "Trains a byte-level BPE tokenizer of the GPT-2 kind: 256 bytes, then the most frequent pairs merge.",
        details: [
          texts, "{vocab}: how many tokens there shall be (required); fewer when no pair is left",
          "{min_count = 2}: rarer pairs do not merge",
          "{prefix_space = false}: whether text gets a space in front when it has none", special,
        ],
        notes:
          "Any text can be encoded, and decoding gives it back exactly. Of equally frequent pairs the one with smaller ids merges first.",
        source:
          "Sennrich, Haddow and Birch 2016; Radford et al. 2019, Language Models are Unsupervised Multitask Learners",
        example:
          "local tok = lab.tokenizer.bpe(\"low lower lowest low low\", {vocab = 262})\nprint(table.concat(tok:tokens(\"low lower\"), \" \"))"
      )
    ) { [self] call in
      try call.atMost(2)
      let options = try call.options(2, known: ["vocab", "min_count", "prefix_space", "special"])
      return push(
        try .bytePairs(
          try readTexts(call, 1).texts, size: try options.required("vocab") { try $0.integer(at: -1, $1) },
          minimumCount: try options.count("min_count") ?? 2, special: try options.names("special"),
          addsSpace: try options.boolean("prefix_space") ?? false), call)
    }
    try define(
      Doc(
        "lab.tokenizer.wordpiece", "lab.tokenizer.wordpiece(texts, {vocab, min_count, lower, special})",
        chapter: "Text",
        parameters: ["texts", "options"],
        "Trains a WordPiece tokenizer of the BERT kind; pieces inside of words begin with ##.",
        details: [
          texts, "{vocab}: how many tokens there shall be (required); fewer when no pair is left",
          "{min_count = 2}: rarer pairs do not merge", "{lower = true}: whether text is lower-cased and loses accents",
          "{special}: more special tokens, behind [PAD] [UNK] [CLS] [SEP] [MASK]",
        ],
        notes:
          "encode gives [CLS] text [SEP], with option pair [CLS] text [SEP] pair [SEP]. Pieces are learned by merging frequent pairs, as in Hugging Face's trainer.",
        source: "Devlin et al. 2019, BERT; Wu et al. 2016, Google's Neural Machine Translation System",
        example:
          "local tok = lab.tokenizer.wordpiece(\"low lower lowest low low\", {vocab = 20})\nprint(table.concat(tok:tokens(\"Lower\"), \" \"))"
      )
    ) { [self] call in
      try call.atMost(2)
      let options = try call.options(2, known: ["vocab", "min_count", "lower", "special"])
      return push(
        try .wordPieces(
          try readTexts(call, 1).texts, size: try options.required("vocab") { try $0.integer(at: -1, $1) },
          minimumCount: try options.count("min_count") ?? 2, lowers: try options.boolean("lower") ?? true,
          special: try options.names("special")), call)
    }
  }
}
