import Basics
import Bindings
import Figures
import LuaHost
import Stats
import Tensors

/// `lab.plot`: figures from trial results, series, tensors and lists.
extension Session {
  func installPlots() throws {
    try installChartPlots()
    try installGridPlots()
  }

  /// Defines `lab.plot.<name>`; the body turns the table into a panel's content.
  func plot(
    _ name: String, known: [String], _ summary: String, details: [String], example: String,
    _ body: @escaping (PlotTable) throws -> Content
  ) throws {
    let doc = Doc(
      "lab.plot." + name,
      "lab.plot.\(name){ data, ..., title = ..., \(known.map { "\($0) = ..." }.joined(separator: ", ")) }",
      chapter: "Plots", parameters: ["data and options"], summary,
      details: details + ["title, caption, x_label, y_label: text."],
      notes: "Prints the figure as text; recorded runs keep it as SVG.", example: example)
    try lab.define(doc) { [self] call in
      let table = try PlotTable(call, known: known)
      plottedSeeds = []
      let content = try body(table)
      let scale: (String) throws -> Axis.Scale = {
        try known.contains($0) && table.flag($0, default: false) ? .logarithmic : .linear
      }
      let panel = Panel(
        x: Axis(try table.text("x_label"), scale: try scale("log_x")),
        y: Axis(try table.text("y_label"), scale: try scale("log_y")),
        content)
      show(Figure(title: try table.text("title"), caption: try caption(table), panel), call.host)
      return 0
    }
  }

  /// The caption that was given, and how many seeds stand behind means of trials.
  private func caption(_ table: PlotTable) throws -> String {
    let given = try table.text("caption")
    guard plottedSeeds.count == 1, let count = plottedSeeds.first, count > 1, !given.contains("N =") else {
      return given
    }
    let interval = try table.flag("interval", default: true)
    let own = "Mean\(interval ? " and 95 % interval" : "") over seeds, N = \(count)."
    return given.isEmpty ? own : "\(given) \(own)"
  }

  private func show(_ figure: Figure, _ host: LuaHost) {
    noteReading()
    progress.clear()
    if let currentRun {
      currentRun.figures.append(DrawnFigure(figure))
    } else {
      figures.append(DrawnFigure(figure))
      output.addFigure(figures.count, line: host.mainLine)
    }
    guard options.printsFigures else { return }
    // Records have the drawing itself.
    output.isPaused = !isInTrial
    defer { output.isPaused = false }
    host.write(TerminalFigure.render(figure, figureStyle()))
  }

  private func installChartPlots() throws {
    let trials = "local r = lab.trials(function(run) return {a = run.seed, b = 2 * run.seed} end)\n"
    try plot(
      "bars", known: ["interval", "metrics", "names", "categories"], "Bars of metrics with their intervals.",
      details: [
        "data: a trial result; or metrics; or {name = ..., values = {...}} with categories.",
        "interval: the 95 % t interval of each mean, true unless given; the caption tells the number of seeds. metrics: which of a result's metrics.",
        "names: of the metrics that were given one by one.",
      ],
      example: trials + "lab.plot.bars{ r, title = \"demo\" }"
    ) { [self] in .bars(try barChart($0)) }
    try plot(
      "line", known: ["interval", "log_x", "log_y"],
      "Lines through points; series of trials get their mean and interval.",
      details: [
        "data: series, r.series, lists, 1-D tensors, or {x = ..., y = ..., name = ..., lower = ..., upper = ...}.",
        "y: numbers; or a series, or a list of metrics, which get their mean and its interval as a band.",
      ],
      example: "lab.plot.line{ {x = {1, 2, 3}, y = {1, 4, 9}, name = \"squares\"}, x_label = \"x\" }"
    ) { [self] in .lines(try lines($0)) }
    try plot(
      "scatter", known: ["log_x", "log_y"], "Points.",
      details: ["data: {x = ..., y = ..., name = ...}, or lists for y."],
      example: "lab.plot.scatter{ {x = {1, 2, 3}, y = {3, 1, 2}, name = \"points\"} }"
    ) { [self] table in
      .scatter(
        try table.items { stack, place in
          PointSeries(try self.named(stack, place), points: try self.points(stack, place))
        })
    }
    try plot(
      "histogram", known: ["bins"], "How often values fall into bins of equal width.",
      details: ["data: lists, tensors, metrics, or {values = ..., name = ...}. bins: how many."],
      example: "lab.plot.histogram{ {1, 2, 2, 3, 3, 3}, bins = 3 }"
    ) { [self] table in
      let series = try table.items { stack, place -> Histogram.Series in
        if let metric = stack.object(at: -1, types.metrics) { return .init(metric.name, values: metric.values) }
        guard let fields = try self.fields(stack), try fields.fieldNames().contains("values") else {
          return .init(try self.named(stack, place), values: try self.numbers(stack, "entry \(place)"))
        }
        return .init(
          try self.named(stack, place), values: try fields.field("values") { try self.numbers($0, "values") })
      }
      return .histogram(Histogram(series, bins: try table.count("bins")))
    }
  }

  private func points(_ stack: LuaStack, _ place: Int) throws -> [Point] {
    guard let fields = try fields(stack), try !fields.fieldNames().isEmpty else {
      return try numbers(stack, "entry \(place)").enumerated().map { Point(Double($0.offset + 1), $0.element) }
    }
    try checkPointFields(fields, place)
    let names = try fields.fieldNames()
    let y = try fields.field("y") { try numbers($0, "y of entry \(place)") }
    let x =
      names.contains("x")
      ? try fields.field("x") { try numbers($0, "x of entry \(place)") } : y.indices.map { Double($0 + 1) }
    guard x.count == y.count else { throw Failure(.shape, "entry \(place) has \(x.count) x and \(y.count) y") }
    return zip(x, y).map { Point($0, $1) }
  }

  /// Throws for a field that no entry has, and for an entry without y.
  func checkPointFields(_ fields: TableReader, _ place: Int) throws {
    let names = try fields.fieldNames()
    let known = ["x", "y", "name", "lower", "upper"]
    for name in names where !known.contains(name) {
      throw Failure(
        .argument, "entry \(place) has the unknown field '\(name)'" + NearestName.hint(name, among: known))
    }
    guard names.contains("y") else { throw Failure(.argument, "entry \(place) needs the field y") }
  }

  /// The table on top of the stack, if it is one.
  func fields(_ stack: LuaStack) throws -> TableReader? {
    stack.kind(at: -1) == .table ? try stack.table(at: -1, "an entry") : nil
  }

  func named(_ stack: LuaStack, _ place: Int) throws -> String {
    guard let fields = try fields(stack), try fields.fieldNames().contains("name") else {
      return place == 1 ? "" : "\(place)"
    }
    return try fields.field("name") { try $0.string(at: -1, "name of entry \(place)") }
  }

  /// A list, a tensor of any shape, or a metric, as numbers.
  func numbers(_ stack: LuaStack, _ what: String) throws -> [Double] {
    if let tensor = stack.object(at: -1, lab.tensors) { return tensor.toDoubles() }
    if let metric = stack.object(at: -1, types.metrics) { return metric.values }
    guard stack.kind(at: -1) == .table else {
      throw Failure(.argument, "\(what) must be a list of numbers or a tensor, but is \(stack.describe(at: -1))")
    }
    return try stack.table(at: -1, what).numbers()
  }
}
