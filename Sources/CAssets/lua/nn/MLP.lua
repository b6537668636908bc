-- The position-wise network of a Transformer: up, activation, down; or gated.
local lab, core = ...
local nn = lab.nn

local MLP = nn.class("MLP")
nn.MLP = MLP

local tanh_form = { approximate = "tanh" }

-- name -> {activation, gated}
local kinds = {
  gelu = { function(x) return x:gelu() end, false },
  gelu_tanh = { function(x) return x:gelu(tanh_form) end, false },
  relu = { function(x) return x:relu() end, false },
  silu = { function(x) return x:silu() end, false },
  swiglu = { function(x) return x:silu() end, true },
  geglu = { function(x) return x:gelu(tanh_form) end, true },
}
core.mlp_kinds = { "gelu", "gelu_tanh", "relu", "silu", "swiglu", "geglu" }

--- The hidden width by default: four times the width; for gated kinds two thirds of that, rounded up to a multiple of 8,
--- which gives the same number of parameters.
function core.mlp_hidden(kind, width, ratio)
  if kinds[kind][2] then return math.max(8, math.ceil(width * ratio * 2 / 3 / 8) * 8) end
  return math.max(1, math.floor(width * ratio + 0.5))
end

function MLP:init(width, options)
  width = core.whole(width, 1, "MLP: argument 1 (width)")
  options = core.options(options, { kind = "gelu", hidden = core.none, ratio = 4, bias = true }, "MLP")
  core.one_of(options.kind, core.mlp_kinds, "MLP: option 'kind'")
  core.number_in(options.ratio, 0, nil, "MLP: option 'ratio'")
  local hidden = core.whole(options.hidden or core.mlp_hidden(options.kind, width, options.ratio), 1, "MLP: option 'hidden'")
  self.kind = options.kind
  self.up = nn.Linear(width, hidden, { bias = options.bias })
  self:optional("gate")
  if kinds[options.kind][2] then self.gate = nn.Linear(width, hidden, { bias = options.bias }) end
  self.down = nn.Linear(hidden, width, { bias = options.bias })
end

function MLP:forward(x)
  local row = kinds[self.kind]
  if row[2] then return self.down(row[1](self.gate(x)) * self.up(x)) end
  return self.down(row[1](self.up(x)))
end

function MLP:note() return self.kind end

core.document{
  name = "lab.nn.MLP", signature = "lab.nn.MLP(width, {kind = \"gelu\", ratio = 4, hidden, bias = true})", chapter = "Layers",
  summary = "The position-wise network of a Transformer.",
  formula = "down(act(up(x))); gated: down(act(gate(x)) * up(x))",
  details = {
    "up, gate: Linear(width, hidden); down: Linear(hidden, width)",
    "{kind}: gelu, gelu_tanh, relu, silu; gated: swiglu, geglu",
    "{ratio}: hidden = ratio * width; gated kinds take two thirds of it, rounded up to a multiple of 8",
  },
  source = "Vaswani et al. 2017, Attention Is All You Need; Shazeer 2020, GLU Variants Improve Transformer",
  example = "local mlp = lab.nn.MLP(16, {kind = \"swiglu\"})\nprint(mlp(lab.ones{2, 5, 16}).shape)",
}
