-- net:generate: continuations of prompts.
local lab, core = ...
local Transformer = lab.nn.Transformer

-- What hooks see of a generation.
local State = {}
State.__index = function(_, key)
  local method = rawget(State, key)
  if method ~= nil then return method end
  core.raise("generate: the state has no field '" .. tostring(key) .. "'" .. core.near(tostring(key), { "step", "tokens", "prompts", "logits" }))
end

--- state:logits(other, {prompt}): what another model gives for the next token of the same sequences.
function State:logits(other, options)
  if not lab.nn.is_module(other) or other.decoding == nil then
    core.raise("generate: state:logits needs a Transformer, but found " .. core.describe(other))
  end
  options = core.options(options, { prompt = core.none }, "state:logits")
  local key = options.prompt or self.prompts
  self.others[other] = self.others[other] or {}
  local entry = self.others[other][key]
  if entry == nil or entry.step < self.step - 1 then
    local rows = self.prompts
    if options.prompt then
      rows = core.token_rows(options.prompt, "state:logits: option 'prompt'")
      if #rows == 1 then for i = 2, #self.tokens do rows[i] = rows[1] end end
      if #rows ~= #self.tokens then
        core.raise(string.format("state:logits: option 'prompt' holds %d sequences, but %d are generated", #rows, #self.tokens))
      end
      core.check_rows(rows, other.vocab, "state:logits: option 'prompt'")
    end
    entry = { step = self.step, decoding = core.for_use(other, function() return other:decoding(rows, 64, self.tokens) end) }
    self.others[other][key] = entry
  elseif entry.step < self.step then
    core.for_use(other, function() entry.decoding:advance(self.last) end)
    entry.step = self.step
  end
  return entry.decoding.logits
end

--- Puts the sequences in another order, in all models.
function State:reorder(ids)
  self.decoding:reorder(ids)
  for other, entries in pairs(self.others) do
    for key, entry in pairs(entries) do
      if entry.step == self.step then entry.decoding:reorder(ids) else self.others[other][key] = nil end
    end
  end
end

--- Appends one token to each sequence.
function State:advance(tokens)
  self.last = tokens
  local net, context = self.decoding.net, self.decoding.net.context
  if context and self.decoding.cache.length >= context then
    -- The window slides by half, and what stays in it is read again.
    local rows, keep = {}, math.max(1, context // 2)
    local ids = tokens:totable()
    for i, prompt in ipairs(self.prompts) do
      local whole = core.joined(prompt, self.tokens[i])
      if self.finished[i] or whole[#whole] ~= ids[i] then whole[#whole + 1] = ids[i] end
      rows[i] = table.move(whole, math.max(1, #whole - keep + 1), #whole, 1, {})
    end
    self.decoding = net:decoding(rows, context - keep)
  else
    self.decoding:advance(tokens)
  end
end

local defaults = {
  max = core.none, temperature = core.none, top_k = core.none, top_p = core.none, beams = 1, length_penalty = 1,
  allowed = core.none, repetition_penalty = 1, stop = core.none, logits = core.none, scores = false, slide = false,
  rng = core.none,
}

local function checked_options(net, given)
  local options = core.options(given, defaults, "generate")
  options.max = core.required_whole(options, "max", 1, "generate")
  options.beams = core.whole_up_to(options.beams, 1, 65536, "generate: option 'beams'")
  if options.top_k then options.top_k = core.whole(options.top_k, 1, "generate: option 'top_k'") end
  if options.top_p and (type(options.top_p) ~= "number" or not (options.top_p > 0 and options.top_p <= 1)) then
    core.raise("generate: option 'top_p' must be a number above 0 and at most 1, but is " .. core.describe(options.top_p))
  end
  options.temperature = core.number_in(options.temperature or ((options.top_k or options.top_p) and 1 or 0), 0, nil, "generate: option 'temperature'")
  if options.repetition_penalty <= 0 then
    core.raise("generate: option 'repetition_penalty' must be above 0, but is " .. options.repetition_penalty)
  end
  if options.beams > 1 and options.temperature > 0 then
    core.raise("generate: option 'beams' searches for the most likely continuation and does not go with 'temperature', 'top_k' or 'top_p'")
  end
  if options.beams > 1 and options.slide then core.raise("generate: options 'beams' and 'slide' do not go together") end
  if options.logits ~= nil and type(options.logits) ~= "function" then
    core.raise("generate: option 'logits' must be a function(logits, state), but is " .. core.describe(options.logits))
  end
  options.stops, options.stop_count = {}, 0
  if options.stop ~= nil then
    local rows = type(options.stop) == "number" and { { core.whole(options.stop, 1, "generate: option 'stop'") } }
      or core.token_rows(options.stop, "generate: option 'stop'")
    core.check_rows(rows, net.vocab, "generate: option 'stop'")
    for _, id in ipairs(rows[1]) do
      if not options.stops[id] then options.stops[id], options.stop_count = true, options.stop_count + 1 end
    end
  end
  return options
end

local function check_lengths(net, rows, options)
  local context = net.context
  local longest, shortest = core.row_lengths(rows)
  if #rows == 0 then core.raise("generate: there are no prompts") end
  if shortest == 0 then core.raise("generate: a prompt is empty; there must be a token to go on from") end
  if context == nil then return end
  if longest > context then
    core.raise(string.format("generate: the prompt has %d tokens, longer than context = %d", longest, context))
  end
  local own = net.kind == "encoder_decoder" and 1 or longest
  -- The last token is not read again.
  if own + options.max - 1 > context and not (options.slide and net.kind == "decoder") then
    core.raise(string.format("generate: %d tokens and max = %d more do not fit context = %d; slide = true drops the oldest tokens",
      own, options.max, context))
  end
end

-- logits -> logits of what may be chosen: hook, penalty, constraint.
local function processor(net, options)
  local allow = core.allowing(options.allowed, net.vocab)
  return function(logits, state)
    if options.logits then
      local shape = core.shape_text(logits)
      logits = options.logits(logits, state)
      if not lab.is_tensor(logits) or core.shape_text(logits) ~= shape then
        core.raise(string.format("generate: option 'logits' must return a Tensor of shape %s, but returned %s", shape,
          lab.is_tensor(logits) and core.shape_text(logits) or core.describe(logits)))
      end
    end
    if options.repetition_penalty ~= 1 then logits = core.repetition_penalty(logits, options.repetition_penalty, state) end
    if allow then logits = allow(logits, state) end
    return logits
  end
end

-- Greedy and sampled continuations, as lists, and the log-probabilities of their tokens.
local function continue(state, options)
  local count, running = #state.prompts, #state.prompts
  local scores = {}
  for i = 1, count do scores[i] = {} end
  for step = 1, options.max do
    state.step = step
    local raw = state.decoding.logits
    local logits = options.process(raw, state)
    local chosen = options.temperature == 0 and logits:argmax(2) or core.sample(logits, options)
    local ids = count == 1 and { chosen:item() } or chosen:totable()
    local score = options.scores and raw:log_softmax(2):gather(2, chosen:unsqueeze(2)):reshape{ -1 }:totable()
    for i, id in ipairs(ids) do
      if not state.finished[i] then
        local tokens = state.tokens[i]
        tokens[#tokens + 1] = id
        if score then scores[i][step] = score[i] end
        if options.stops[id] then state.finished[i], running = true, running - 1 end
      end
    end
    if running == 0 or step == options.max then break end
    state:advance(chosen)
  end
  return state.tokens, scores
end

local function padded(rows, dtype)
  local longest = core.row_lengths(rows)
  for _, row in ipairs(rows) do
    for k = #row + 1, longest do row[k] = 0 end
  end
  return lab.tensor(rows, dtype)
end

function Transformer:generate(prompt, options)
  options = checked_options(self, options)
  local rows, single = core.token_rows(prompt, "generate: argument 1 (prompt)")
  if self.vocab then core.check_rows(rows, self.vocab, "generate: argument 1 (prompt)") end
  check_lengths(self, rows, options)
  local tokens, scores = core.for_use(self, function()
    local reserve = math.min(options.max, self.context and self.context - core.row_lengths(rows) or options.max)
    local state = setmetatable({ step = 0, prompts = rows, tokens = {}, finished = {}, others = {}, last = false,
      decoding = self:decoding(rows, math.max(reserve, 1)) }, State)
    for i = 1, #rows do state.tokens[i], state.finished[i] = {}, false end
    options.process = processor(self, options)
    if options.beams == 1 then return continue(state, options) end
    local found = core.beam_search(state, options)
    return found, options.scores and self:log_probs(rows, found):totable()
  end)
  tokens = padded(tokens, "int64")
  scores = options.scores and padded(scores, "float32") or nil
  if single then
    tokens = tokens[1]
    scores = scores and scores[1]
  end
  if scores == nil then return tokens end
  return tokens, scores
end

core.document{
  name = "lab.nn.Transformer.generate", signature = "net:generate(prompt, {max, temperature, top_k, top_p, stop, ...})", chapter = "Models",
  summary = "Continues prompts: the new tokens, int64 {length} for one prompt, {batch, length} for several; 0 after a stop.",
  details = {
    "prompt: ids {length} or {batch, length} (0 stands for no token), a table of ids, or a table of prompts of any lengths; for an encoder-decoder the sources",
    "{max}: the greatest number of new tokens", "{stop}: the id, or ids, with which a sequence ends; it is part of the result",
    "{temperature}: draws from softmax(logits / temperature); the most likely token when left out or 0",
    "{top_k}: draws among the k most likely tokens", "{top_p}: draws among the fewest most likely tokens that together have probability p",
    "{beams}: beam search with so many hypotheses; {length_penalty = 1}: they compare by log-probability / length^penalty",
    "{allowed}: the ids that may be chosen, or function(step, tokens) that gives them, or nil for all",
    "{repetition_penalty}: scores of tokens that occurred are divided by it (multiplied, below 0)",
    "{logits}: function(logits, state) that gives other logits {batch, vocab}; state has step, tokens, prompts (lists of ids for each sequence)",
    "state:logits(other, {prompt}): the logits of another model, or for another prompt, at the same place",
    "{scores = true}: also returns the log-probability of each token by the model itself, float32",
    "{slide = true}: may go beyond the context: the oldest half is dropped when it is full", "{rng}: the source of draws",
  },
  notes = "Keys and values of earlier tokens are kept. Dropout is off. Ids count from 1.",
  source = "Holtzman et al. 2020, The Curious Case of Neural Text Degeneration (top_p); Keskar et al. 2019, CTRL (repetition_penalty); Li et al. 2023, Contrastive Decoding; Liu et al. 2024, Tuning Language Models by Proxy",
  example = "local net = lab.nn.Transformer{ vocab = 10, width = 16, depth = 1, heads = 4 }\nprint(net:generate({1, 5}, {max = 4, top_k = 3}))\n-- Contrastive decoding: what an expert prefers more than an amateur does.\nlocal amateur = lab.nn.Transformer{ vocab = 10, width = 8, depth = 1, heads = 2 }\nprint(net:generate({1, 5}, {max = 4, logits = function(logits, state) return logits * 1.5 - state:logits(amateur) * 0.5 end}))",
}
core.document{
  name = "lab.nn.Transformer.decoding", signature = "net:decoding(rows, reserve, [begun])", chapter = "Models",
  summary = "A batch being read token by token, with its cache: field logits {batch, vocab}, methods :advance(tokens) and :reorder(ids).",
  details = { "rows: lists of ids", "reserve: room for so many more tokens", "begun: lists of equal length that follow the rows" },
  notes = "net:generate is made of it. Use it in lab.no_grad.",
  example = "local net = lab.nn.Transformer{ vocab = 10, width = 16, depth = 1, heads = 4 }\nlab.no_grad(function()\n  local decoding = net:decoding({ {1, 5} }, 8)\n  decoding:advance(decoding.logits:argmax(2))\n  print(decoding.logits.shape)\nend)",
}
