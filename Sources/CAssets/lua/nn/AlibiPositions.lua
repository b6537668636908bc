-- ALiBi: a penalty on attention scores that grows linearly with the distance, at another slope in each head.
local lab, core = ...
local nn = lab.nn

local AlibiPositions = nn.class("AlibiPositions")
nn.AlibiPositions = AlibiPositions

-- A geometric sequence from 2^(-8/n) where n, the number of heads, is a power of two; else that of the power of two
-- below n, continued by every second slope of the power above.
local function slopes(heads)
  local power = 1
  while power * 2 <= heads do power = power * 2 end
  local list = {}
  for i = 1, power do list[i] = 2 ^ (-8 * i / power) end
  for i = 1, heads - power do list[power + i] = 2 ^ (-4 * (2 * i - 1) / power) end
  return list
end

function AlibiPositions:init(heads)
  self.heads = core.whole_up_to(heads, 1, 65536, "AlibiPositions: argument 1 (heads)")
  self.slopes = lab.tensor(slopes(self.heads), "float64"):reshape{ 1, self.heads, 1, 1 }
end

function AlibiPositions:forward(queries, keys, options)
  queries = core.whole(queries, 0, "AlibiPositions: argument 1 (queries)")
  keys = core.whole(keys, 0, "AlibiPositions: argument 2 (keys)")
  options = core.options(options, { causal = false, dtype = "float32" }, "AlibiPositions")
  local causal, dtype = options.causal, options.dtype
  local places = lab.arange(1, keys, 1, "float64"):reshape{ 1, 1, 1, keys }
  -- A number added to a whole row of scores changes no softmax: causal rows share one line of penalties.
  if causal then return (self.slopes * (places - keys)):to(dtype) end
  local own = lab.arange(1, queries, 1, "float64"):reshape{ 1, 1, queries, 1 } + (keys - queries)
  return (self.slopes * (0 - (places - own):abs())):to(dtype)
end

core.document{
  name = "lab.nn.AlibiPositions", signature = "lab.nn.AlibiPositions(heads)", chapter = "Layers",
  summary = "A bias for attention scores that falls linearly with the distance of query and key; no parameters.",
  formula = "bias[h, t, s] = -slope_h * |t - s|, slope_h = 2^(-8 h / heads)",
  details = {
    "positions(queries, keys, {causal = false, dtype = \"float32\"}): {1, heads, queries, keys}; queries are the last of the keys",
    "{causal}: {1, heads, 1, keys}, equal up to a number for each row, which softmax ignores",
  },
  source = "Press, Smith and Lewis 2022, Train Short, Test Long: Attention with Linear Biases",
  example = "print(lab.nn.AlibiPositions(2)(3, 3):squeeze(1))",
}
