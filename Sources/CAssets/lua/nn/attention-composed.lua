-- Attention in plain operations: what the fused operation computes, with the weights in the open. It serves when the
-- weights are looked at, replaced, or dropped out.
local lab, core = ...
local nn = lab.nn

-- {queries, keys}: whether a key may be seen, by order and distance; nil when all may. The last query stands at the last key.
local function visible(queries, keys, options)
  if not options.causal and options.window == nil then return nil end
  local distance = lab.arange(1, queries, 1, "int64"):unsqueeze(2) + (keys - queries) - lab.arange(1, keys, 1, "int64"):unsqueeze(1)
  local mask
  if options.causal then mask = distance:ge(0) end
  if options.window then
    local near = distance:lt(options.window)
    mask = mask and mask:logical_and(near) or near
  end
  return mask
end

--- {queries, keys}: whether a key stands less than `window` places away, on either side.
function core.nearby(queries, keys, window)
  local own = lab.arange(keys - queries + 1, keys, 1, "int64"):unsqueeze(2)
  return (lab.arange(1, keys, 1, "int64"):unsqueeze(1) - own):abs():lt(window)
end

--- Attention of q {N, H, T, D} to k, v {N, K, S, D} with the options of lab.nn.attention; through(weights), if given,
--- changes the weights {N, H, T, S}.
function core.composed_attention(q, k, v, options, through)
  local heads, shared = q:size(2), k:size(2)
  if shared ~= heads then
    k, v = k:repeat_interleave(heads // shared, 2), v:repeat_interleave(heads // shared, 2)
  end
  local scores = q:matmul(k:transpose(3, 4)) * (options.scale or q:size(4) ^ -0.5)
  if options.bias then scores = scores + options.bias end
  local mask = visible(q:size(3), k:size(3), options)
  if options.mask then mask = mask and mask:logical_and(options.mask) or options.mask end
  local weights
  if mask then
    -- A finite number, so that a query that sees nothing gets zeros and no nan.
    local hidden = mask:logical_not()
    weights = scores:masked_fill(hidden, -1e30):softmax(-1):masked_fill(hidden, 0)
  else
    weights = scores:softmax(-1)
  end
  if through then weights = through(weights) end
  return weights:matmul(v)
end

-- The place of attention weights in the tree of modules. It runs only where a trace or a hook looks at it.
local AttentionWeights = nn.class("AttentionWeights")
nn.AttentionWeights = AttentionWeights

function AttentionWeights:forward(weights)
  -- attn:weights() is still the method of all modules that gives the parameters.
  if nn.is_module(weights) then return nn.Module.weights(weights) end
  return weights
end

core.document{
  name = "lab.nn.AttentionWeights", signature = "net:trace(x, {\"blocks.*.attn.weights\"})", chapter = "Layers",
  summary = "The place of attention weights {batch, heads, queries, keys} in an Attention: traces and hooks find them there.",
  notes = "Weights are computed only when they are looked at; attention runs fused otherwise.",
  example = "local attn = lab.nn.Attention(8, {heads = 2})\nlocal y, inside = attn:trace(lab.randn{1, 3, 8}, \"weights\")\nprint(inside.weights.shape)",
}
