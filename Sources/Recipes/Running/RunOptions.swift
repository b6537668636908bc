import Basics

/// How a recipe file is to be executed.
public struct RunOptions: Sendable {
  /// A parameter's value as the command line gives it.
  public struct Setting: Sendable {
    public let name: String
    public let text: String
    /// Where it comes from, for messages: "--set lr=1", "params.json".
    public let origin: String

    public init(name: String, text: String, origin: String) {
      (self.name, self.text, self.origin) = (name, text, origin)
    }

    /// - Throws: for anything but `name=value`.
    public init(_ argument: String) throws {
      guard let mark = argument.firstIndex(of: "="), mark != argument.startIndex else {
        throw Failure(.argument, "--set takes name=value, but got '\(argument)'")
      }
      name = String(argument[..<mark])
      text = String(argument[argument.index(after: mark)...])
      origin = "--set \(argument)"
    }
  }

  public var settings: [Setting] = []
  /// Seeds 1 to this number instead of the recipe's.
  public var seedCount: Int?
  /// This seed only.
  public var onlySeed: Int?
  /// One seed with the recipe's smoke values; decides nothing.
  public var smoke = false
  /// The values of a control, which win over all others.
  public var controlSettings: [(name: String, value: ParameterValue)] = []
  /// A live line on standard error.
  public var showsProgress = false
  /// Figures as text among the printed text.
  public var printsFigures = true
  /// Printed text goes to standard error, because standard output is for one JSON object.
  public var printsToStandardError = false
  /// No printed text at all, as in controls.
  public var isSilent = false

  /// How many trials run at a time, each in a process of its own; absent: one after another in this process.
  public var jobs: Int?
  /// What each trial may use, when it has a process of its own.
  public var limits = WorkerLimits()
  /// Whether a trial that ends without a result ends the run.
  public var failFast = false
  /// The folder that finished trials are kept in; absent: nothing is kept.
  public var store: String?
  /// Whether trials that the store has are taken from there.
  public var reusesTrials = true
  /// Whether each logged step keeps the hashes of the tensors that the trial holds.
  public var traces = false

  public init() {}
}
