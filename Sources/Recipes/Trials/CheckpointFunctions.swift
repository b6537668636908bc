import Basics
import Bindings
import Learn
import LuaHost
import Tensors

/// `run:checkpoint{...}` and `run:resume{...}`.
extension Session {
  /// Sorts what a script names into weights, places and sources of random numbers, and puts it back.
  private static let script = """
    local save, load, is_due = ...
    local kinds = { "model", "optimizer", "batches", "rng" }
    local function each(options, visit)
      for _, kind in ipairs(kinds) do
        local given = options[kind]
        if given ~= nil then
          local single = kind ~= "model" and type(given) ~= "table" or kind == "model" and lab.nn.is_module(given)
          if single then
            visit(kind, kind, given)
          else
            for name, value in pairs(given) do visit(kind, kind .. "." .. tostring(name), value) end
          end
        end
      end
    end
    local function checkpoint(run, options)
      if not is_due(run, options) then return false end
      local parts, places, sources = {}, {}, {}
      each(options, function(kind, name, value)
        if kind == "model" then parts[name] = value:weights()
        elseif kind == "optimizer" then parts[name] = value:state()
        elseif kind == "batches" then places[name] = value:state()
        else sources[name] = value end
      end)
      save(run, options.step, parts, places, sources)
      return true
    end
    local function resume(run, options)
      local sources, parts = {}, {}
      each(options, function(kind, name, value)
        if kind == "rng" then sources[name] = value elseif kind ~= "batches" then parts[#parts + 1] = name end
      end)
      local step, weights, places = load(run, sources, parts)
      if step == 0 then return 0 end
      each(options, function(kind, name, value)
        if kind == "model" or kind == "optimizer" then value:load(weights[name])
        elseif kind == "batches" then value:restore(places[name]) end
      end)
      return step
    end
    return checkpoint, resume
    """

  func installCheckpoints(_ host: LuaHost) throws {
    let save = NativeFunction("checkpoint") { [self] call in
      let run = try call.object(1, types.runs)
      guard let path = run.checkpointPath else { return 0 }
      let parts = try call.table(3).fieldNames().map { name in
        (name: name, weights: try call.table(3).field(name) { try $0.object(at: -1, self.lab.weights, name).weights })
      }
      let places = try call.table(4).fieldNames().map { name in
        (name: name, numbers: try call.table(4).field(name) { try $0.table(at: -1, name).integers() })
      }
      try Checkpoint.write(
        run, step: try call.integer(2), parts: parts, places: places, sources: try readSources(call, 5),
        host: call.host, to: path)
      run.lastCheckpoint = run.clock.seconds
      return 0
    }
    let load = NativeFunction("resume") { [self] call in
      let run = try call.object(1, types.runs)
      guard let path = run.checkpointPath, Checkpoint.exists(path) else { return call.push(0) }
      let content = try Checkpoint.read(path)
      let names = try call.table(3).strings()
      try content.restore(run, sources: try readSources(call, 2), host: call.host)
      call.push(content.step)
      try call.push(
        .record(try names.map { ($0, .object(WeightsBox(try content.part($0)), self.lab.weights)) }))
      return try call.push(
        .record(content.places.map { ($0.name, .array($0.numbers.map { .integer($0) })) })) + 2
    }
    let isDue = NativeFunction("checkpoint") { [self] call in
      let run = try call.object(1, types.runs)
      let options = try call.options(
        2, known: ["model", "optimizer", "batches", "rng", "step", "every", "seconds"])
      let step = try options.required("step") { try $0.integer(at: -1, $1) }
      guard step > 0 else { throw Failure(.argument, "option 'step' must be at least 1, but is \(step)") }
      let every = try options.integer("every")
      let seconds = try options.number("seconds")
      if let every, every < 1 { throw Failure(.argument, "option 'every' must be at least 1, but is \(every)") }
      guard run.checkpointPath != nil else { return call.push(false) }
      if let every, step.isMultiple(of: every) { return call.push(true) }
      let wait = seconds ?? (every == nil ? 30 : .infinity)
      return call.push(run.clock.seconds - run.lastCheckpoint >= wait)
    }
    let functions = try host.runPrelude(
      name: "checkpoints", source: Self.script, arguments: [.function(save), .function(load), .function(isDue)])
    for (name, function) in zip(["checkpoint", "resume"], functions) {
      guard let function = function.reference else { continue }
      types.runs.method(name, parameters: ["options"]) { [types] call, run in
        let results = try function.call(.object(run, types.runs), try call.value(1))
        return try call.push(results.first ?? .nil)
      }
    }
    documentCheckpoints()
  }

  private func readSources(_ call: Call, _ position: Int) throws -> [(name: String, source: RandomSource)] {
    try call.table(position).fieldNames().map { name in
      (name, try call.table(position).field(name) { try $0.object(at: -1, self.lab.sources, name) })
    }
  }

  private func documentCheckpoints() {
    let example =
      "lab.trials(function(run)\n  local net = lab.nn.Linear(2, 1)\n  local opt = lab.optim.Adam(net, {lr = 0.1})\n"
      + "  local state = {model = net, optimizer = opt, every = 10}\n  for step = run:resume(state) + 1, 20 do\n"
      + "    local loss = opt:minimize((net(lab.randn{8, 2}) ^ 2):mean())\n    state.step = step\n"
      + "    run:checkpoint(state)\n  end\n  return {norm = net:weights():norm()}\nend)"
    lab.docs.add(
      Doc(
        "Run.checkpoint",
        "run:checkpoint{model = net, optimizer = opt, batches = it, rng = source, step = n, every = k}",
        chapter: "Recipes",
        "Keeps all that a long trial needs to go on after an interruption; true when it was written.",
        details: [
          "step: how far the trial is; required.", "every: write when step is a multiple of it.",
          "seconds: write when so many seconds have passed (30 when neither is given).",
          "model, optimizer, batches, rng: what changes while the trial runs: one, or a table of several by name.",
        ],
        notes:
          "Logged values, printed text, math.random and all random numbers of the run are kept too. A finished trial needs no "
          + "checkpoint, so it is removed then. Nothing is written where runs are not recorded.", example: example))
    lab.docs.add(
      Doc(
        "Run.resume", "run:resume{model = net, optimizer = opt, batches = it, rng = source}", chapter: "Recipes",
        "Goes back to the checkpoint of an interrupted trial: returns its step, or 0 when there is none.",
        notes:
          "Stands after everything is made and before the loop. The trial then ends with the same bits as one that was not "
          + "interrupted.", example: example))
  }
}
