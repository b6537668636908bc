-- What the library's other Lua files use: options with defaults, and documentation.
local lab, core = ...

--- Options with their defaults: an unknown key is an error that names the nearest known one.
-- A default of core.none marks an option that may be left out.
core.none = setmetatable({}, { __name = "none" })

function core.options(given, defaults, name)
  local known = {}
  for key in pairs(defaults) do known[#known + 1] = key end
  if given ~= nil and type(given) ~= "table" then
    core.raise(string.format("%s: options must be a table such as {%s = ...}, but found %s", name, known[1] or "name", core.describe(given)))
  end
  local options = {}
  for key, value in pairs(defaults) do
    if value ~= core.none then options[key] = value end
  end
  for key, value in pairs(given or {}) do
    if defaults[key] == nil then
      core.raise(string.format("%s: unknown option '%s'%s", name, tostring(key), core.near(tostring(key), known)))
    end
    local default = defaults[key]
    if default ~= core.none and type(value) ~= type(default) then
      core.raise(string.format("%s: option '%s' must be a %s, but is %s", name, key, type(default), core.describe(value)))
    end
    options[key] = value
  end
  return options
end

--- A whole number of at least `least`, or an error that names the argument.
function core.whole(value, least, what)
  local whole = math.tointeger(value)
  if type(value) ~= "number" or whole == nil or whole < least then
    core.raise(string.format("%s must be a whole number from %d, but is %s", what, least, core.describe(value)))
  end
  return whole
end

--- One whole number for each of `dims` dimensions, from one number or a table of them, or an error that names the argument.
function core.sizes(value, dims, least, what)
  if type(value) ~= "table" then
    value = core.whole(value, least, what)
    return dims == 1 and { value } or { value, value }
  end
  if #value ~= dims then
    core.raise(string.format("%s must be %s, but is a table of %d numbers", what,
      dims == 1 and "one number" or "a number or {height, width}", #value))
  end
  local sizes = {}
  for i, entry in ipairs(value) do sizes[i] = core.whole(entry, least, what) end
  return sizes
end
