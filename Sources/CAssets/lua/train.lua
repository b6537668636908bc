-- lab.train(net, data, options): the plain loop, for recipes whose subject is something else.
local lab, core = ...

-- What a net should give for a batch: class ids are compared by cross entropy, numbers by squared error.
local function default_loss(net, batch)
  local output = net(batch.x)
  if batch.y.dtype == "int64" then return lab.nn.cross_entropy(output, batch.y) end
  return lab.nn.mse_loss(output, batch.y)
end

local function steps_in_all(rows, options)
  if options.steps then return options.steps end
  local size = options.batch
  if options.presentations then return math.max(1, math.ceil(options.presentations / size)) end
  return math.max(1, (options.epochs or 1) * math.ceil(rows / size))
end

local function rate_of(options, rows)
  local schedule = options.schedule
  if schedule == nil and options.warmup == 0 then return nil end
  if type(schedule) == "function" then return schedule end
  if schedule ~= nil and type(schedule) ~= "string" then
    core.raise("train: option 'schedule' must be a name such as \"cosine\" or a function of the step, but is " .. core.describe(schedule))
  end
  local name = schedule or "constant"
  if rawget(lab.schedule, name) == nil then
    local known = {}
    for other in pairs(lab.schedule) do known[#known + 1] = other end
    core.raise(string.format("train: unknown schedule '%s'%s", name, core.near(name, known)))
  end
  local settings = { lr = options.lr, warmup = options.warmup }
  if name == "linear" or name == "cosine" or name == "one_cycle" then settings.steps = steps_in_all(rows, options) end
  return lab.schedule[name](settings)
end

local function optimizer_of(net, options)
  local kind = options.optimizer
  if type(kind) ~= "string" then return kind end
  if rawget(lab.optim, kind) == nil or not kind:match("^%u") then
    local known = {}
    for other in pairs(lab.optim) do if other:match("^%u") then known[#known + 1] = other end end
    core.raise(string.format("train: unknown optimizer '%s'%s", kind, core.near(kind, known)))
  end
  if #net:trainable() == 0 then core.raise("train: there is nothing to train: all parameters of the net are frozen") end
  return lab.optim[kind](net, { lr = options.lr, weight_decay = options.weight_decay })
end

--- lab.train(net, data, options): trains a net, and gives the losses of all steps.
function lab.train(net, data, options)
  options = core.options(options, {
    steps = core.none, epochs = core.none, presentations = core.none, batch = 32, lr = 1e-3, optimizer = core.none,
    weight_decay = core.none, schedule = core.none, warmup = 0, clip = core.none, loss = core.none, order = core.none,
    run = core.none, rng = core.none, every = 1, on_step = core.none,
  }, "train")
  options.optimizer = options.optimizer or "AdamW"
  if not lab.nn.is_module(net) then core.raise("train: argument 1 (net) must be a module, but is " .. core.describe(net)) end
  local kind = core.data_kind(data)
  if kind == nil then
    core.raise("train: argument 2 (data) must be a Dataset or an Ordering, but is " .. core.describe(data))
  end
  core.whole(options.batch, 1, "train: option 'batch'")
  core.whole(options.every, 1, "train: option 'every'")
  for _, name in ipairs{ "loss", "on_step" } do
    if options[name] ~= nil and type(options[name]) ~= "function" then
      core.raise(string.format("train: option '%s' must be a function, but is %s", name, core.describe(options[name])))
    end
  end
  local rows = kind == "ordering" and #data.dataset or #data
  local order = options.order
  if type(order) == "string" or type(order) == "table" then
    if kind == "ordering" then core.raise("train: option 'order' goes with a Dataset, and the data is an Ordering already") end
    order = data:order(order)
  end
  local batches = (order or data):batches(options.batch, {
    steps = options.steps, epochs = options.epochs, presentations = options.presentations,
    rng = options.rng or options.run and options.run:rng("train") or nil,
  })
  local loss_of, rate, opt = options.loss or default_loss, rate_of(options, rows), optimizer_of(net, options)
  local clipping = options.clip and { clip = options.clip } or nil
  local was_training, losses, total = net:is_training(), {}, 0
  net:train()
  local ok, problem = pcall(function()
    for step, batch in batches do
      if rate then opt.lr = rate(step) end
      local loss = opt:minimize(loss_of(net, batch), clipping)
      losses[step], total = loss, total + loss
      if options.run and step % options.every == 0 then options.run:log(step, { loss = loss }) end
      if options.on_step and options.on_step(step, { loss = loss, batch = batch, optimizer = opt }) == false then break end
    end
  end)
  net:train(was_training)
  if not ok then error(problem, 0) end
  return { losses = losses, steps = #losses, last = losses[#losses], average = total / #losses }
end

core.document{
  name = "lab.train",
  signature = "lab.train(net, data, {steps or epochs or presentations, batch = 32, lr = 1e-3, optimizer = \"AdamW\", schedule, warmup = 0, clip, weight_decay, loss, order, run, rng, every = 1, on_step})",
  chapter = "Training",
  summary = "Trains a net on the columns x and y of a data set; gives {losses, steps, last, average}.",
  details = {
    "data: a Dataset or an Ordering", "{steps}, {epochs} or {presentations}: how long; one epoch when left out",
    "{batch}: rows in a batch", "{optimizer}: a name in lab.optim, or an optimizer",
    "{schedule}: a name in lab.schedule, or a function of the step that gives the learning rate", "{warmup}: steps of linear rise",
    "{clip}: the most that the norm of all gradients may be", "{weight_decay}: the optimizer's own when left out",
    "{loss}: a function of the net and a batch; cross entropy for y of class ids, else the mean squared error",
    "{order}: an Ordering, or what Dataset.order takes", "{run}: the trial's run, which logs the loss and gives the random order",
    "{rng}: the source of the order", "{every}: how often the loss is logged",
    "{on_step}: called with the step and {loss, batch, optimizer}; false stops",
  },
  notes = "The net trains in training mode and returns to the mode it was in. The same loop by hand: for step, batch in data:batches(32, {steps = n}) do opt:minimize(loss) end.",
  example = "local net, iris = lab.nn.Linear(4, 3), lab.data.iris()\nlocal done = lab.train(net, iris, { steps = 50, lr = 0.05, schedule = \"cosine\" })\nprint(done.steps, lab.metrics.accuracy(net, iris))",
}
