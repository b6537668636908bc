-- What changes the logits of the next token before one is chosen: penalties for repetition, and allowed tokens.
local lab, core = ...

--- Lowers the scores of tokens that the prompt or the continuation holds: positive ones are divided by the penalty,
--- negative ones multiplied by it.
function core.repetition_penalty(logits, penalty, state)
  local rows, longest = {}, 0
  for i, prompt in ipairs(state.prompts) do
    rows[i] = core.joined(prompt, state.tokens[i])
    longest = math.max(longest, #rows[i])
  end
  for _, row in ipairs(rows) do
    for k = #row + 1, longest do row[k] = row[1] end
  end
  local ids = lab.tensor(rows, "int64")
  local seen = logits:gather(2, ids)
  return logits:scatter(2, ids, seen:gt(0):where(seen / penalty, seen * penalty))
end

local function allowed_ids(value, vocab, where)
  local row = core.token_rows(value, "generate: option 'allowed'" .. where)
  if #row == 0 then row = { {} } end
  if #row ~= 1 then core.raise("generate: option 'allowed'" .. where .. " must be one list of ids") end
  if #row[1] == 0 then core.raise("generate: option 'allowed'" .. where .. " allows no token") end
  core.check_rows(row, vocab, "generate: option 'allowed'" .. where)
  return row[1]
end

-- {1, vocab}: true where a token is not allowed.
local function forbidden(ids, vocab)
  return lab.zeros({ 1, vocab }, "float32"):scatter(2, lab.tensor({ ids }, "int64"), 1):eq(0)
end

--- A function of logits and state that leaves only allowed tokens; `allowed` is a list of ids, or a function of the step
--- and the sequence's tokens so far that gives one, or nil for all.
function core.allowing(allowed, vocab)
  if allowed == nil then return nil end
  if type(allowed) ~= "function" then
    local mask = forbidden(allowed_ids(allowed, vocab, ""), vocab)
    return function(logits) return logits:masked_fill(mask, -math.huge) end
  end
  return function(logits, state)
    local masks, limits = {}, false
    for i, tokens in ipairs(state.tokens) do
      local ids = allowed(state.step, tokens)
      if ids == nil or state.finished[i] then
        masks[i] = lab.zeros({ 1, vocab }, "bool")
      else
        masks[i], limits = forbidden(allowed_ids(ids, vocab, string.format(" at step %d", state.step)), vocab), true
      end
    end
    if not limits then return logits end
    return logits:masked_fill(#masks == 1 and masks[1] or lab.cat(masks, 1), -math.huge)
  end
end
