/// What there is to say about one name: the same text for help, completion, `perilune doc` and the reference page.
public struct Doc: Sendable {
  /// Full name: `lab.zeros`, `Tensor.reshape`, `lab.nn.Linear`.
  public let name: String
  /// How it is called: `lab.zeros(shape, [dtype])`.
  public let signature: String
  /// Names of the arguments, for messages.
  public let parameters: [String]
  /// One sentence.
  public let summary: String
  /// Arguments and options, a line each.
  public let details: [String]
  public let formula: String?
  public let notes: String?
  public let source: String?
  /// Lines of Lua that run as they stand.
  public let example: String
  /// The chapter of the reference page.
  public let chapter: String

  public init(
    _ name: String, _ signature: String, chapter: String, parameters: [String] = [], _ summary: String,
    details: [String] = [],
    formula: String? = nil, notes: String? = nil, source: String? = nil, example: String
  ) {
    self.name = name
    self.signature = signature
    self.chapter = chapter
    self.parameters = parameters
    self.summary = summary
    self.details = details
    self.formula = formula
    self.notes = notes
    self.source = source
    self.example = example
  }

  /// The text that help prints.
  public var text: String {
    var lines = [signature, "", summary]
    if let formula { lines += ["", "  " + formula] }
    if !details.isEmpty { lines += [""] + details.map { "  " + $0 } }
    if let notes { lines += ["", notes] }
    if let source { lines += ["", "From: " + source] }
    lines += ["", "Example:"] + example.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
    return lines.joined(separator: "\n")
  }
}

/// All documentation, in the order in which it was registered.
public final class DocRegistry {
  public private(set) var all: [Doc] = []
  private var places: [String: Int] = [:]

  public func add(_ doc: Doc) {
    if let place = places[doc.name] {
      all[place] = doc
    } else {
      places[doc.name] = all.count
      all.append(doc)
    }
  }

  /// The entry of a full name, or of a short one such as `softmax` (functions before methods).
  public func find(_ name: String) -> Doc? {
    if let doc = exact(name) { return doc }
    return all.first { $0.name.hasSuffix("." + name) }
  }

  /// The entry of a full name, without `lab.` or `Tensor.` where it has that in front.
  public func exact(_ name: String) -> Doc? {
    (places[name] ?? places["lab." + name] ?? places["Tensor." + name]).map { all[$0] }
  }

  public var names: [String] { all.map(\.name) }
}
