-- Bottleneck adapters behind modules of a net: net:adapters{width = 8, on = "blocks.*.mlp"}.
local lab, core = ...
local nn = lab.nn
local Module = nn.Module

local Adapter = nn.class("Adapter")
nn.Adapter = Adapter

function Adapter:init(dim, width, activation)
  dim = core.whole(dim, 1, "Adapter: argument 1 (dim)")
  width = core.whole(width, 1, "Adapter: argument 2 (width)")
  self.activation = activation or "gelu"
  if not ({ gelu = true, relu = true, tanh = true, silu = true, sigmoid = true })[self.activation] then
    core.raise(string.format("Adapter: activation '%s' is unknown; it is gelu, relu, tanh, silu or sigmoid", tostring(activation)))
  end
  self.down, self.up = nn.Linear(dim, width), nn.Linear(width, dim)
  nn.init.zeros(self.up.weight)                                        -- at first the net computes what it did before
  nn.init.zeros(self.up.bias)
end

function Adapter:forward(h) return h + self.up(lab[self.activation](self.down(h))) end

function Adapter:extend(output) return self(output) end

-- The size of a module's output: the rows of the last Linear in it.
local function output_size(module)
  local size
  for _, entry in ipairs(module:named_modules()) do
    if core.is_a(entry[2], nn.Linear) then size = entry[2].weight:size(1) end
  end
  return size
end

--- module:adapters{width, on, dim, activation}: attaches an adapter behind each matching module and freezes the rest.
function Module:adapters(options)
  options = core.options(options, { width = core.none, on = core.none, dim = core.none, activation = "gelu" }, "adapters")
  for _, name in ipairs{ "width", "on" } do
    if options[name] == nil then core.raise(string.format("adapters: option '%s' is missing", name)) end
  end
  local patterns, found, seen = type(options.on) == "table" and options.on or { options.on }, {}, {}
  -- A module that matches is meant itself, not what is in it.
  local function matches(path)
    for _, pattern in ipairs(patterns) do
      if path ~= "" and core.name_matches(pattern, path) then return true end
    end
    return false
  end
  for _, entry in ipairs(core.extendable(self, options.on, "adapters", "module", function(_, path) return matches(path) end)) do
    local path, module = entry[1], entry[2]
    if rawget(module, "adapter") then core.raise(string.format("adapters: '%s' has an adapter already", path)) end
    local dim = options.dim or output_size(module)
    if dim == nil then
      core.raise(string.format("adapters: the size of the output of '%s' is unknown; give it as option 'dim'", path))
    end
    found[#found + 1] = { module, Adapter(dim, options.width, options.activation) }
  end
  for _, entry in ipairs(found) do core.extend(entry[1], "adapter", entry[2]) end
  core.freeze_rest(self)
  return self
end

core.document{
  name = "lab.nn.Adapter", signature = "lab.nn.Adapter(dim, width, [activation = \"gelu\"])", chapter = "Adapting models",
  summary = "A bottleneck around which the input is added; it starts as the identity.", formula = "h + up(f(down(h)))",
  source = "Houlsby et al. 2019, Parameter-Efficient Transfer Learning for NLP",
  example = "print(lab.nn.Adapter(4, 2)(lab.ones{1, 4}))",
}
core.document{
  name = "lab.nn.Module.adapters", signature = "net:adapters{width, on, dim, activation = \"gelu\"}", chapter = "Adapting models",
  summary = "Attaches a bottleneck adapter behind each matching module, freezes everything else, and returns the net.",
  details = {
    "{width}: of the bottleneck", "{on}: a pattern over module paths, or a list: the adapter gets the output of what it names",
    "{dim}: the size of that output; that of the last Linear in the module when left out",
  },
  notes = "In the paper the norms and the head are trained, too: net:unfreeze(\"**.norm*\").",
  source = "Houlsby et al. 2019, Parameter-Efficient Transfer Learning for NLP",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nnet:adapters{ width = 2, on = \"1\" }\nprint(net, #net:trainable())",
}
