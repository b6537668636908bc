-- How Hugging Face's model families name and lay out what our models hold: one table per family, a row per tensor.
--
-- A family has
--   options(config, names)   the options of lab.nn.Transformer for its config.json, and what is remembered for saving
--   config(net, memory)      the other way: the members of config.json, in order
--   memory(net)              what is remembered, for a net that came from elsewhere
--   rows(net, memory)        a list of { path, names, transposed }: our parameter, and the names of its parts along dim 1
--   aliases(memory)          other names of the same tensors: alias -> name
--   ignored                  patterns of names that hold no weights of ours
local lab, core = ...

core.hub_families = {}

-- Hugging Face's name -> ours; the first name of each of ours is the one that is written.
local activations = {
  { "gelu_new", "gelu_tanh" }, { "gelu", "gelu" }, { "relu", "relu" }, { "silu", "silu" }, { "gelu_pytorch_tanh", "gelu_tanh" },
  { "gelu_fast", "gelu_tanh" }, { "swish", "silu" },
}

function core.hub_activation(config, key, default)
  local name = config.text(key, default)
  local known = {}
  for i, row in ipairs(activations) do
    if row[1] == name then return row[2] end
    known[i] = row[1]
  end
  config.raise(string.format("'%s' is '%s', wanted one of %s%s", key, name, table.concat(known, ", "), core.near(name, known)))
end

function core.hub_activation_name(kind)
  for _, row in ipairs(activations) do
    if row[2] == kind then return row[1] end
  end
end

--- Reads members of a config.json with errors that name the file.
function core.hub_config(values, path, name)
  local config = { values = values }
  function config.raise(problem) core.raise(string.format("%s: %s: %s", name, path, problem)) end
  local function read(key, default, kind, check)
    local value = values[key]
    if value == nil then value = default end
    if value == nil then config.raise(string.format("'%s' is missing", key)) end
    if not check(value) then config.raise(string.format("'%s' must be %s, but is %s", key, kind, core.describe(value))) end
    return value
  end
  function config.whole(key, default)
    return math.tointeger(read(key, default, "a whole number from 1", function(value)
      return type(value) == "number" and math.tointeger(value) ~= nil and value >= 1
    end))
  end
  function config.number(key, default)
    return read(key, default, "a number that is not negative", function(value) return type(value) == "number" and value >= 0 end)
  end
  function config.flag(key, default)
    return read(key, default, "true or false", function(value) return type(value) == "boolean" end)
  end
  function config.text(key, default)
    return read(key, default, "text", function(value) return type(value) == "string" end)
  end
  --- A setting that changes the computation and must have one value.
  function config.must_be(key, wanted)
    local value = values[key]
    if value ~= nil and value ~= wanted then
      config.raise(string.format("'%s' is %s, but only %s is supported", key, core.describe(value), tostring(wanted)))
    end
  end
  return config
end

--- Throws unless all conditions hold: a list of { holds, "what was found" }.
function core.hub_requires(family, conditions)
  for _, condition in ipairs(conditions) do
    if not condition[1] then
      core.raise(string.format("hub.save: a model with %s has no form among Hugging Face's %s models", condition[2], family))
    end
  end
end
