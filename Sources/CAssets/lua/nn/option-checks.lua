-- Checks of options that several layers share.
local lab, core = ...

--- One of some texts, or an error that lists them.
function core.one_of(value, choices, what)
  for _, choice in ipairs(choices) do
    if value == choice then return value end
  end
  local found = type(value) == "string" and "'" .. value .. "'" or core.describe(value)
  core.raise(string.format("%s must be one of %s, but is %s%s", what, table.concat(choices, ", "), found,
    type(value) == "string" and core.near(value, choices) or ""))
end

--- A number from low (included) to high (excluded; unbounded when nil).
function core.number_in(value, low, high, what)
  if type(value) ~= "number" or value ~= value or value < low or (high and value >= high) then
    core.raise(string.format("%s must be a number %s, but is %s", what,
      high and string.format("from %g to below %g", low, high) or string.format("of at least %g", low), core.describe(value)))
  end
  return value
end

local nothing = {}

--- The options of a call that is made often: unknown keys are errors, nothing is copied.
function core.call_options(given, known, name)
  if given == nil then return nothing end
  if type(given) ~= "table" or lab.is_tensor(given) then return core.options(given, known, name) end
  for key in next, given do
    if known[key] == nil then return core.options(given, known, name) end
  end
  return given
end

--- A tensor, or an error that names the argument.
function core.require_tensor(value, what)
  if not lab.is_tensor(value) then core.raise(string.format("%s must be a Tensor, but is %s", what, core.describe(value))) end
  return value
end

--- A whole number from `least` to `most`, for what is made entry by entry.
function core.whole_up_to(value, least, most, what)
  local whole = core.whole(value, least, what)
  if whole > most then core.raise(string.format("%s must be at most %d, but is %d", what, most, whole)) end
  return whole
end

--- A required option that is a whole number of at least `least`.
function core.required_whole(options, key, least, name)
  if options[key] == nil then core.raise(string.format("%s: option '%s' is missing", name, key)) end
  return core.whole(options[key], least, string.format("%s: option '%s'", name, key))
end

--- Whether the sizes of a shape stretch to those of another, aligned at the end.
function core.stretches_to(shape, target)
  if #shape > #target then return false end
  for i = 1, #shape do
    local size, wanted = shape[#shape + 1 - i], target[#target + 1 - i]
    if size ~= wanted and size ~= 1 then return false end
  end
  return true
end

--- The text of sizes in a table, as in {2, 3}.
function core.sizes_text(sizes) return "{" .. table.concat(sizes, ", ") .. "}" end
