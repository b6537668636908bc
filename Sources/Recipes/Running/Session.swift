import Basics
import Bindings
import Figures
import LuaHost
import Tensors

/// One execution of a recipe file: what the script declared, what its trials returned, what it drew.
///
/// Scripts' functions capture this object, which therefore never holds the host.
public final class Session {
  let file: RecipeFile
  let options: RunOptions
  let lab: Lab
  let types: SessionTypes
  let progress: Progress
  private let seedMathRandom: (UInt64) -> Void

  var recipe: Recipe?
  var parameters: Parameters?
  var claims: [Claim] = []
  var controls: [Control] = []
  var checks: [IdentityCheck] = []
  var results: [TrialResult] = []
  var figures: [DrawnFigure] = []
  /// How figures are printed; asked for each of them, because windows change their size.
  public var figureStyle: () -> TerminalStyle = { TerminalStyle() }
  /// How many seeds stand behind the means of the figure that is being made.
  var plottedSeeds: Set<Int> = []
  /// Returns the weights of a model; there when the run is traced.
  var weightsOf: LuaReference?
  /// What was printed and drawn, by the line of the script.
  var output = PrintedOutput()
  /// Whether the script has looked at any result: claims registered later are post hoc.
  var resultsWereRead = false
  /// Whether the measures are being evaluated, which is not the script's looking.
  var isDeciding = false
  /// The trial that is running now, here.
  var currentRun: TrialRun?
  var isInTrial: Bool { currentRun != nil }
  /// The files that the script read outside of trials, in order.
  private(set) var files: [Trial.ReadFile] = []
  /// What batches were made of, in trials and outside.
  var dataUse: Set<Trial.DataFingerprint> = []

  /// Adds recipes, trials, claims and plots to a host's library.
  public init(_ lab: Lab, in host: LuaHost, file: RecipeFile, options: RunOptions) throws {
    self.lab = lab
    self.file = file
    self.options = options
    types = try SessionTypes(in: host)
    progress = Progress(isShown: options.showsProgress)
    seedMathRandom = { [weak host] seed in host?.seed(seed) }
    ReadFiles.observer = { [weak self] in self?.noteFile($0) }
    DataUse.observer = { [weak self] in self?.noteData(.init(data: $0, ordering: $1)) }
    host.printObserver = { [weak self] in self?.output.add($1, line: $0.mainLine) }
    try observeFiles(host)
    try installRecipe()
    try installTrials()
    try installCheckpoints(host)
    try installTrace(host)
    try installClaims()
    try installPlots()
  }

  private func noteFile(_ path: String) {
    guard let hash = FileHash.of(path) else { return }
    let file = Trial.ReadFile(path: path, hash: hash)
    if let currentRun { return currentRun.read(file) }
    files.removeAll { $0.path == path }
    files.append(file)
  }

  private func noteData(_ use: Trial.DataFingerprint) {
    if let currentRun { currentRun.used(use) } else { dataUse.insert(use) }
  }

  /// Lua's own functions for reading files tell about it, too.
  private func observeFiles(_ host: LuaHost) throws {
    let note = NativeFunction("note") { call in
      ReadFiles.note(try call.string(1))
      return 0
    }
    try host.runPrelude(
      name: "files",
      source: """
        local note = ...
        local open, lines = io.open, io.lines
        io.open = function(path, mode, ...)
          local file, message, code = open(path, mode, ...)
          if file and (mode == nil or string.find(mode, "r", 1, true)) then note(path) end
          return file, message, code
        end
        io.lines = function(path, ...)
          if path then note(path) end
          return lines(path, ...)
        end
        """, arguments: [.function(note)])
  }

  /// The seeds of the trials: the recipe's, or those asked for.
  var seeds: [Int] {
    if let seed = options.onlySeed { return [seed] }
    if options.smoke { return Array(1...max(1, options.seedCount ?? 1)) }
    return Array(1...max(1, options.seedCount ?? recipe?.seeds ?? Recipe.defaultSeeds))
  }

  /// Starts all randomness that has no stream of its own anew, so that trials do not depend on their order.
  func reseed(_ seed: Int) throws {
    let seed = UInt64(bitPattern: Int64(seed))
    seedMathRandom(seed)
    RandomSource.root = RandomSource(seed: seed)
  }
}

/// The types of values that recipes bring to scripts.
struct SessionTypes {
  let parameters: HostType<Parameters>
  let declarations: HostType<ParameterDeclaration>
  let metrics: HostType<Metric>
  let series: HostType<Series>
  let seriesSets: HostType<SeriesSet>
  let results: HostType<TrialResult>
  let arms: HostType<ArmResult>
  let runs: HostType<TrialRun>

  init(in host: LuaHost) throws {
    parameters = try Parameters.type(in: host)
    declarations = try HostType("Parameter", in: host)
    metrics = try HostType("Metric", in: host)
    series = try HostType("Series", in: host)
    seriesSets = try HostType("SeriesSet", in: host)
    results = try HostType("Trials", in: host)
    arms = try HostType("Arm", in: host)
    runs = try HostType("Run", in: host)
  }
}
