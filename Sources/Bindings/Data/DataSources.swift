import Basics
import DataKit
import LuaHost
import Tensors

/// Functions of `lab.data` that make data sets: built-in ones, files, tables, functions.
extension Lab {
  func installDataSources() throws {
    for source in BuiltInData.all {
      let scales = source.name == "digits"
      try define(
        Doc(
          "lab.data." + source.name, "lab.data.\(source.name)(\(scales ? "{raw}" : ""))", chapter: "Data",
          parameters: scales ? ["options"] : [], "\(source.title): \(source.rows) rows. \(source.columns).",
          details: scales ? ["{raw}: pixels from 0 to 16, as in the file"] : [], notes: "Licence: \(source.licence).",
          source: source.source, example: "print(lab.data.\(source.name)())")
      ) { [self] call in
        try call.atMost(scales ? 1 : 0)
        let raw = scales ? try call.options(1, known: ["raw"]).boolean("raw") ?? false : false
        return push(try source.load(raw: raw), call)
      }
    }
    for files in ImageFiles.all { try defineImages(files) }
    try defineTables()
    try defineFrom()
    try defineGenerate()
  }

  private func defineImages(_ files: ImageFiles) throws {
    try define(
      Doc(
        "lab.data." + files.name, "lab.data.\(files.name)(folder, {part, raw})", chapter: "Data",
        parameters: ["folder", "options"],
        "\(files.title), from a folder with the four IDX files, gzipped or not: train and test as two results.",
        details: ["{part}: \"train\" or \"test\" reads that one only", "{raw}: pixels from 0 to 255, not 0 to 1"],
        source: files.source, example: "print(pcall(lab.data.\(files.name), \"no/such/folder\"))")
    ) { [self] call in
      try call.atMost(2)
      let folder = try call.string(1)
      let options = try call.options(2, known: ["part", "raw"])
      let part = try options.choice("part", ImageFiles.Part.allCases.map(\.rawValue)).flatMap(ImageFiles.Part.init)
      let raw = try options.boolean("raw") ?? false
      let parts = try (part.map { [$0] } ?? [.train, .test]).map { try files.load(folder, part: $0, raw: raw) }
      for part in parts { _ = push(part, call) }
      return parts.count
    }
  }

  private func defineTables() throws {
    let common = [
      "{label}: a column, or a list of them, that becomes class ids from 1 with the values as labels",
      "{features}: columns of numbers to join into the matrix x",
    ]
    let write = "local path = \"/tmp/perilune-example.txt\"\nlocal file = io.open(path, \"w\")\n"
    try define(
      Doc(
        "lab.data.csv", "lab.data.csv(path, {label, features, header, delimiter, types, missing})", chapter: "Data",
        parameters: ["path", "options"],
        "A CSV file, gzipped or not. Columns of whole numbers become int64, of other numbers float32 (missing ones NaN), the rest text.",
        details: common + [
          "{header}: whether the first row holds names; told by its fields when left out",
          "{delimiter}: one character, \",\" when left out",
          "{types}: types by column: {a = \"number\", b = \"integer\", c = \"text\"}",
          "{missing}: texts that stand for missing numbers",
        ],
        source: "RFC 4180, Common Format and MIME Type for Comma-Separated Values (CSV) Files",
        example: write
          + "file:write(\"width,height,kind\\n1,2,cat\\n3,4,dog\\n\")\nfile:close()\nprint(lab.data.csv(path, {label = \"kind\", features = {\"width\", \"height\"}}))"
      )
    ) { [self] call in
      try call.atMost(2)
      let options = try call.options(2, known: ["label", "features", "header", "delimiter", "types", "missing"])
      let set = try Dataset.csv(
        try call.string(1), options: try readCommaSeparated(options), labels: try options.names("label"))
      return push(try joined(set, options), call)
    }
    try define(
      Doc(
        "lab.data.jsonl", "lab.data.jsonl(path, {columns, label, features})", chapter: "Data",
        parameters: ["path", "options"],
        "A JSON Lines file, gzipped or not: an object per line, whose keys are columns of numbers, text, or truth values.",
        details: ["{columns}: the keys to read, all when left out"] + common,
        example: write
          + "file:write('{\"text\": \"good\", \"stars\": 5}\\n{\"text\": \"bad\", \"stars\": 1}\\n')\nfile:close()\nprint(lab.data.jsonl(path))"
      )
    ) { [self] call in
      try call.atMost(2)
      let options = try call.options(2, known: ["columns", "label", "features"])
      let set = try Dataset.jsonLines(
        try call.string(1), columns: try options.strings("columns"), labels: try options.names("label"))
      return push(try joined(set, options), call)
    }
  }

  private func joined(_ set: Dataset, _ options: Options) throws -> Dataset {
    try options.strings("features").map { try set.combined($0, into: "x") } ?? set
  }

  private func readCommaSeparated(_ options: Options) throws -> CommaSeparated.Options {
    var read = CommaSeparated.Options()
    if let header = try options.boolean("header") { read.header = header ? .present : .absent }
    if let delimiter = try options.string("delimiter") {
      guard delimiter.utf8.count == 1, let byte = delimiter.utf8.first else {
        throw Failure(.argument, "option 'delimiter' must be one ASCII character, but is a string '\(delimiter)'")
      }
      read.delimiter = byte
    }
    if let missing = try options.strings("missing") { read.missing = missing }
    try options.read("types") { stack, what in
      let table = try stack.table(at: -1, what)
      for name in try table.fieldNames() {
        let type = try table.field(name) {
          try $0.choice(at: -1, ["number", "integer", "text"], "the type of column '\(name)'")
        }
        read.types[name] = type == "number" ? .numbers : type == "integer" ? .integers : .text
      }
    }
    return read
  }

  private func defineFrom() throws {
    try define(
      Doc(
        "lab.data.from", "lab.data.from({name = values, ...}, {label, dtype})", chapter: "Data",
        parameters: ["columns", "options"],
        "A data set of named columns: Tensors whose first dimension counts the rows, or tables of numbers, texts or truth values.",
        details: [
          "{label}: a column, or a list of them, that becomes class ids from 1 with the values as labels",
          "{dtype}: dtypes of columns given as tables of numbers, by name, such as {y = \"int64\"}; float32 when left out",
        ],
        notes: "Columns stand in the order of their names. Tensors are copied.",
        example:
          "local set = lab.data.from({ x = lab.randn{3, 2}, y = {1, 2, 1}, text = {\"a\", \"b\", \"c\"} }, {dtype = {y = \"int64\"}})\nprint(set)"
      )
    ) { [self] call in
      try call.atMost(2)
      let options = try call.options(2, known: ["label", "dtype"])
      let dtypes = try readDTypes(options)
      let table = try call.table(1)
      guard table.count == 0 else {
        throw Failure(.argument, "argument 1 (columns) must have named columns such as {x = ...}, but is a list")
      }
      let columns = try table.fieldNames().map { name in
        try table.field(name) { stack in
          try self.readColumn(name, try stack.value(at: -1), "column '\(name)'", dtype: dtypes[name] ?? .float32, stack)
        }
      }
      return push(try labelled(try Dataset(columns), options), call)
    }
  }

  private func readDTypes(_ options: Options) throws -> [String: DType] {
    var dtypes: [String: DType] = [:]
    try options.read("dtype") { stack, what in
      let table = try stack.table(at: -1, what)
      for name in try table.fieldNames() {
        dtypes[name] = try table.field(name) { try self.readDType($0, -1, "the dtype of column '\(name)'") }
      }
    }
    return dtypes
  }

  private func labelled(_ set: Dataset, _ options: Options) throws -> Dataset {
    try options.names("label").reduce(set) { try $0.labelled($1) }
  }

  private func defineGenerate() throws {
    try define(
      Doc(
        "lab.data.generate", "lab.data.generate(count, f, {label, dtype, rng})", chapter: "Data",
        parameters: ["count", "f", "options"],
        "A data set of the rows that a function f(i, rng) returns as tables of columns.",
        details: [
          "f: gets the row's number and a source of random numbers of this row's own",
          "{label}: a column, or a list of them, that becomes class ids from 1 with the values as labels",
          "{dtype}: dtypes of columns of numbers, by name; float32 when left out",
        ],
        example:
          "local set = lab.data.generate(100, function(i, rng)\n  local a, b = rng:normal(), rng:normal()\n  return { x = {a, b}, y = a * b > 0 and 1 or 2 }\nend, {label = \"y\", rng = lab.rng(1)})\nprint(set)"
      )
    ) { [self] call in
      try call.atMost(3)
      let count = try call.integer(1)
      let function = try call.function(2)
      let options = try call.options(3, known: ["label", "dtype", "rng"])
      let dtypes = try readDTypes(options)
      let stack = call.stack
      let rows = try RowStream(stream: try dataStream(options)) { number, stream in
        try self.cells(from: function, [.integer(number), self.value(stream)], row: number, known: [], stack)
      }
      guard var set = try rows.next(count) else { throw Failure(.range, "needs at least one row, found \(count)") }
      for name in dtypes.keys.sorted() {
        let tensor = try set.tensor(name)
        let dtype = dtypes[name] ?? tensor.dtype
        if dtype == .int64, let odd = tensor.toDoubles().first(where: { Int64(exactly: $0) == nil }) {
          throw Failure(.dtype, "column '\(name)' cannot hold \(odd) as int64")
        }
        set = try set.with(name, try tensor.converted(to: dtype))
      }
      return push(try labelled(set, options), call)
    }
  }
}
