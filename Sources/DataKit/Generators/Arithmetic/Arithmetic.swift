import Basics
import Kernels
import Tensors

extension Generators {
  static let arithmetic: Generator = Generator(
    "arithmetic", "Sums, differences and products of whole numbers, in the formats that small models are taught with.",
    columns: [
      ("text", "the whole line: question, steps and answer"), ("question", "such as 128+367="),
      ("steps", "the scratchpad, empty without one"),
      ("answer", "the result in its format, with {boundary} behind it"),
      (
        "near_miss", "a wrong answer in the same format: a carry forgotten, or a digit off by one"
      ), ("digits", "int64, digits of the longer operand"), ("carries", "int64, columns that hand something on"),
      ("carry_chain", "int64, the longest run of columns that hand something on"),
      (
        "difficulty", "float32, one-digit steps: columns and carries; products of digits and carries for multiplication"
      ),
      ("operands", "int64 {count, 2}; with {column_sums} only where all numbers fit 62 bits"),
      (
        "column_sums",
        "int64 {count, columns}, the lowest column first: the sum in each column, what comes in included, before the carry is taken off"
      ),
    ],
    options: [
      count(1000), choice("operation", ["add", "subtract", "multiply"], "what is asked"),
      integer("digits", 1...1000, default: 3, "most digits of the left operand"),
      integer("right_digits", 0...1000, default: 0, "most digits of the right operand, 0 for as many"),
      integer("min_digits", 1...1000, default: 1, "fewest digits of both"),
      integer("base", 2...36, default: 10, "the base of the digits"),
      choice(
        "sampling", ["uniform", "digits", "carries"],
        "what is equally likely: all operands, all lengths (both operands have the same), all numbers of carries"),
      choice(
        "format", ["plain", "reversed", "all_reversed"],
        "the highest digit first, the answer's lowest digit first, or all numbers' lowest digit first"),
      choice(
        "scratchpad", ["none", "simple", "detailed"],
        "steps before the answer: each column's digit and carry, or the column's calculation as well"),
      OptionSpec("pad", .boolean, default: .boolean(false), "fills all numbers up with zeros to their most digits"),
      OptionSpec(
        "negative", .boolean, default: .boolean(false), "lets differences be negative; else the larger comes first"),
      OptionSpec("distinct", .boolean, default: .boolean(false), "asks no question twice"),
      number("spaces", 0...1, open: true, default: 0, "chance of a space before a character of the question"),
      OptionSpec("boundary", .text(atMost: 8), default: .text(""), "stands before the question and behind the answer"),
    ],
    notes:
      "Scratchpads go from the lowest column up: A is the column's digit, C the carry, B the borrow; P is a partial product and S the sum so far, with their lowest digits first. text is question .. steps .. answer.",
    source:
      "Lee, Sreenivasan, Lee, Lee and Papailiopoulos 2024, Teaching Arithmetic to Small Transformers (balanced sampling, reversal, scratchpads)",
    example:
      "local sums = lab.data.arithmetic{count = 1000, digits = 3, format = \"reversed\", boundary = \"$\", rng = lab.rng(1)}\nprint(sums.text[1], sums.carries:max())"
  ) { settings, stream in
    try ArithmeticProblems(settings).make(count: settings.integer("count"), &stream)
  }
}
