-- Beam search: the best continuations by their log-probability, a fixed number of them followed at a time.
local lab, core = ...

-- What a hypothesis is worth, and the most that its continuations can be worth.
local function worth(sum, length, penalty) return sum / length ^ penalty end
local function bound(sum, length, max, penalty)
  return worth(sum, penalty > 0 and max or length + 1, penalty)
end

-- Splits the candidates of one prompt into finished hypotheses and the beams of the next step.
local function advance(search, values, places, base, options)
  local next_beams, length = {}, search.length + 1
  for k = 1, #values do
    local value = values[k]
    if value == -math.huge or value ~= value then break end
    local parent, token = (places[k] - 1) // search.vocab + 1, (places[k] - 1) % search.vocab + 1
    if options.stops[token] or length == options.max then
      local score = worth(value, length, options.length_penalty)
      if search.best == nil or score > search.best.score then
        search.best = { score = score, tokens = core.joined(search.beams[parent].tokens, { token }) }
      end
    elseif #next_beams < options.beams then
      next_beams[#next_beams + 1] = { sum = value, token = token, row = base + parent,
        tokens = core.joined(search.beams[parent].tokens, { token }) }
    end
  end
  search.length = length
  if #next_beams == 0 then
    search.done = true
  elseif search.best and search.best.score >= bound(next_beams[1].sum, length, options.max, options.length_penalty) then
    search.done = true
  end
  return next_beams
end

--- The best continuation of each prompt, as lists. `options`: beams, max, length_penalty, stops, and process(logits, state).
function core.beam_search(state, options)
  local decoding, count, beams = state.decoding, #state.prompts, options.beams
  local vocab = decoding.logits:size(2)
  local searches, copies, prompts = {}, {}, {}
  for p = 1, count do
    searches[p] = { vocab = vocab, length = 0, beams = {} }
    for b = 1, beams do
      searches[p].beams[b] = { sum = b == 1 and 0 or -math.huge, tokens = {} }
      copies[#copies + 1], prompts[#prompts + 1] = p, state.prompts[p]
    end
  end
  state.prompts = prompts
  if beams > 1 then decoding:reorder(lab.tensor(copies, "int64")) end
  local width = math.min(beams * (1 + options.stop_count), beams * vocab)
  for step = 1, options.max do
    state.step, state.tokens = step, {}
    local sums = {}
    for p, search in ipairs(searches) do
      for b = 1, beams do
        local beam = search.beams[b]
        sums[#sums + 1], state.tokens[#sums + 1] = { beam.sum }, beam.tokens
        state.finished[#sums] = search.done or beam.sum == -math.huge
      end
    end
    local logits = options.process(decoding.logits, state)
    local totals = (logits:log_softmax(2) + lab.tensor(sums, logits.dtype)):reshape{ count, beams * vocab }
    local values, places = totals:topk(math.min(width, beams * vocab), 2)
    values, places = values:totable(), places:totable()
    local order, tokens, all_done = {}, {}, true
    for p, search in ipairs(searches) do
      local base = (p - 1) * beams
      local found = search.done and {} or advance(search, values[p], places[p], base, options)
      for b = 1, beams do
        local beam = found[b] or { sum = -math.huge, token = 1, row = base + 1, tokens = search.beams[1].tokens }
        search.beams[b] = beam
        order[#order + 1], tokens[#tokens + 1] = beam.row, beam.token
      end
      all_done = all_done and search.done
    end
    if all_done then break end
    state:reorder(lab.tensor(order, "int64"))
    state:advance(lab.tensor(tokens, "int64"))
  end
  local results = {}
  for p, search in ipairs(searches) do
    if search.best == nil then core.raise("generate: no continuation of prompt " .. p .. " has a probability above 0") end
    results[p] = search.best.tokens
  end
  return results
end
