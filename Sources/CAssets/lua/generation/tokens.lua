-- Sequences of token ids as scripts give them: tensors in which 0 stands for no token, or tables of them.
local lab, core = ...

local function row_of(value, what)
  local row = {}
  if lab.is_tensor(value) then
    if value.dtype ~= "int64" or value:dim() ~= 1 then
      core.raise(string.format("%s must be int64 token ids {length}, but is %s %s", what, value.dtype, core.shape_text(value)))
    end
    value = value:totable()
  elseif type(value) ~= "table" then
    core.raise(string.format("%s must be a Tensor or a table of token ids, but is %s", what, core.describe(value)))
  end
  for i = 1, #value do
    local id = math.tointeger(value[i])
    if type(value[i]) ~= "number" or id == nil then
      core.raise(string.format("%s must hold whole numbers, but entry %d is %s", what, i, core.describe(value[i])))
    end
    if id ~= 0 then row[#row + 1] = id end
  end
  return row
end

--- The rows of `value` as lists of ids without the zeros, and whether it is one sequence by itself.
function core.token_rows(value, what)
  if lab.is_tensor(value) then
    if value.dtype ~= "int64" or value:dim() < 1 or value:dim() > 2 then
      core.raise(string.format("%s must be int64 token ids {length} or {batch, length}, but is %s %s", what, value.dtype, core.shape_text(value)))
    end
    if value:dim() == 1 then return { row_of(value, what) }, true end
    local rows = {}
    for i = 1, value:size(1) do rows[i] = row_of(value:select(1, i), what) end
    return rows, false
  end
  if type(value) ~= "table" then
    core.raise(string.format("%s must be a Tensor or a table of token ids, but is %s", what, core.describe(value)))
  end
  if type(value[1]) == "number" then return { row_of(value, what) }, true end
  local rows = {}
  for i = 1, #value do rows[i] = row_of(value[i], string.format("%s: sequence %d", what, i)) end
  return rows, false
end

--- Refuses ids beyond the vocabulary.
function core.check_rows(rows, vocab, what)
  for _, row in ipairs(rows) do
    for _, id in ipairs(row) do
      if id < 1 or id > vocab then
        core.raise(string.format("%s holds the id %d, %s", what, id,
          id > vocab and "beyond vocab = " .. vocab or "but ids count from 1 (vocab = " .. vocab .. ")"))
      end
    end
  end
end

--- The length of the longest and of the shortest row.
function core.row_lengths(rows)
  local longest, shortest = 0, math.huge
  for _, row in ipairs(rows) do
    longest, shortest = math.max(longest, #row), math.min(shortest, #row)
  end
  return longest, shortest
end

--- Rows side by side as int64 {rows, longest}; the free places, in front (left) or behind, hold `filler`.
function core.pack_rows(rows, filler, left)
  local longest = core.row_lengths(rows)
  if longest == 0 then return lab.zeros({ #rows, 0 }, "int64") end
  local packed = {}
  for i, row in ipairs(rows) do
    local line, shift = {}, left and longest - #row or 0
    for k = 1, longest do line[k] = row[k - shift] or filler end
    packed[i] = line
  end
  return lab.tensor(packed, "int64")
end

--- One row behind the other, as a new list.
function core.joined(first, second)
  local row = table.move(first, 1, #first, 1, {})
  return table.move(second, 1, #second, #row + 1, row)
end

--- Calls f in eval mode and without recording, and puts the modes back, also after an error.
function core.for_use(net, f)
  local modes = {}
  if net:is_training() then
    for _, entry in ipairs(net:named_modules()) do modes[entry[2]] = core.modules.records[entry[2]].training end
    net:eval()
  end
  local results = table.pack(pcall(lab.no_grad, f))
  for module, training in pairs(modes) do core.modules.records[module].training = training end
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end
