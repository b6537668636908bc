/// What is probably wrong in a recipe, beyond plain Lua.
enum RecipeLint {
  /// Whether `lab.NAME` is called at a place.
  private static func calls(_ name: String, at place: Int, _ tokens: [LuaToken]) -> Bool {
    place + 3 < tokens.count && tokens[place].text == "lab" && tokens[place + 1].is(".")
      && tokens[place + 2].text == name && (tokens[place + 3].is("(") || tokens[place + 3].is("{"))
  }

  private static func places(_ name: String, _ tokens: [LuaToken]) -> [Int] {
    tokens.indices.filter { calls(name, at: $0, tokens) }
  }

  /// Claims that are registered after trials ran.
  static func order(_ tokens: [LuaToken]) -> [Lint.Finding] {
    guard let trials = places("trials", tokens).first else { return [] }
    // A check inside of a trial is decided there.
    let checks = places("check", tokens).filter { !isInTrials($0, tokens) }
    return (places("claim", tokens) + checks).filter { $0 > trials }.map { place in
      Lint.Finding(
        line: tokens[place].line,
        text: "this \(tokens[place + 2].text) is registered after lab.trials: once a result was read it is post hoc, "
          + "and never counts as supported")
    }
  }

  /// Randomness that does not come from the run's streams.
  static func randomness(_ tokens: [LuaToken]) -> [Lint.Finding] {
    var findings: [Lint.Finding] = []
    for place in tokens.indices where place + 2 < tokens.count && tokens[place + 1].is(".") {
      let (owner, name) = (tokens[place].text, tokens[place + 2].text)
      if place > 0, tokens[place - 1].is(".") { continue }
      if owner == "os", name == "time" || name == "clock" || name == "date" {
        findings.append(
          .init(line: tokens[place].line, text: "os.\(name) differs from run to run: results must not depend on it"))
      }
      if owner == "math", name == "randomseed" {
        findings.append(
          .init(line: tokens[place].line, text: "math.randomseed: the run's seed does this; take run:rng(\"name\")"))
      }
      let makers = ["rand", "randn", "randint", "randperm", "bernoulli", "multinomial"]
      guard owner == "lab", makers.contains(String(name)), isInTrials(place, tokens),
        !hasOption("rng", place + 3, tokens)
      else { continue }
      findings.append(
        .init(
          line: tokens[place].line,
          text:
            "lab.\(name) without {rng = run:rng(\"name\")} takes the next numbers of the trial: another call before it "
            + "changes them"))
    }
    return findings
  }

  /// Whether a place is among the arguments of `lab.trials`.
  private static func isInTrials(_ place: Int, _ tokens: [LuaToken]) -> Bool {
    places("trials", tokens).contains { $0 < place && place < end(of: $0 + 3, tokens) }
  }

  private static func hasOption(_ name: String, _ open: Int, _ tokens: [LuaToken]) -> Bool {
    guard open < tokens.count else { return false }
    return tokens[open..<end(of: open, tokens)].contains { $0.text == name }
  }

  private static func end(of open: Int, _ tokens: [LuaToken]) -> Int {
    var depth = 0
    for place in open..<tokens.count {
      if tokens[place].is("(") || tokens[place].is("{") { depth += 1 }
      if tokens[place].is(")") || tokens[place].is("}") {
        depth -= 1
        if depth <= 0 { return place }
      }
    }
    return tokens.count
  }

  /// Claims that no control guards.
  static func controls(_ tokens: [LuaToken]) -> [Lint.Finding] {
    guard let claim = places("claim", tokens).first, places("control", tokens).isEmpty else { return [] }
    return [
      .init(
        line: tokens[claim].line,
        text: "there is no lab.control: a claim that nothing can break may say nothing")
    ]
  }

  private static let tensorMakers: Set<String> = [
    "tensor", "zeros", "ones", "full", "rand", "randn", "randint", "arange", "linspace", "eye",
  ]

  /// `tensor == number`, which Lua answers with false without asking.
  static func comparisons(_ tokens: [LuaToken]) -> [Lint.Finding] {
    var tensors: Set<String> = []
    for place in tokens.indices where place + 5 < tokens.count && tokens[place].is("local") {
      // local x = lab.randn...
      if tokens[place + 1].kind == .name, tokens[place + 2].is("="), tokens[place + 3].text == "lab",
        tokens[place + 4].is("."), tensorMakers.contains(String(tokens[place + 5].text))
      {
        tensors.insert(String(tokens[place + 1].text))
      }
    }
    var findings: [Lint.Finding] = []
    for place in tokens.indices where tokens[place].is("==") || tokens[place].is("~=") {
      guard place > 0, place + 1 < tokens.count else { continue }
      let (left, right) = (tokens[place - 1], tokens[place + 1])
      let isTensor = { (at: Int, token: LuaToken) in
        token.kind == .name && tensors.contains(String(token.text))
          && !(at > 0 && (tokens[at - 1].is(".") || tokens[at - 1].is(":")))
          && !(at + 1 < tokens.count && [".", ":", "[", "("].contains(where: tokens[at + 1].is))
      }
      let name =
        isTensor(place - 1, left) && right.kind == .number
        ? left.text
        : isTensor(place + 1, right) && left.kind == .number ? right.text : nil
      guard let name else { continue }
      let method = tokens[place].is("==") ? "eq" : "ne"
      findings.append(
        .init(
          line: tokens[place].line,
          text: "'\(name)' is a tensor: \(tokens[place].text) with a number is always "
            + "\(tokens[place].is("==") ? "false" : "true"); use \(name):\(method)(...)"))
    }
    return findings
  }
}
