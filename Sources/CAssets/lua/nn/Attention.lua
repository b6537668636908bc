-- Multi-head attention with one fused projection, for self-attention and for attention to a memory.
local lab, core = ...
local nn = lab.nn
local records = core.modules.records

local Attention = nn.class("Attention")
nn.Attention = Attention

local defaults = {
  heads = core.none, kv_heads = core.none, causal = false, cross = false, memory_width = core.none, window = core.none,
  positions = "none", rope = core.none, relative = core.none, qk_norm = false, scale = core.none, bias = true, dropout = 0,
  eps = 1e-6,
}

-- The options of rope, checked: a fraction of each head's width turns.
local function rope_settings(given, head_width)
  local rope = core.options(given, { base = 10000, fraction = 1, interleaved = false }, "Attention: option 'rope'")
  if rope.base <= 1 then core.raise("Attention: rope.base must be above 1, but is " .. rope.base) end
  if rope.fraction <= 0 or rope.fraction > 1 then
    core.raise("Attention: rope.fraction must be above 0 and at most 1, but is " .. rope.fraction)
  end
  local dims = math.floor(head_width * rope.fraction / 2 + 1e-9) * 2
  if dims < 2 or (rope.fraction == 1 and head_width % 2 == 1) then
    core.raise(string.format("Attention: rope turns pairs: a head of width %d with fraction %g has no even width to turn", head_width, rope.fraction))
  end
  return { base = rope.base, dims = dims, interleaved = rope.interleaved }
end

function Attention:init(width, options)
  width = core.whole(width, 1, "Attention: argument 1 (width)")
  options = core.options(options, defaults, "Attention")
  local heads = core.required_whole(options, "heads", 1, "Attention")
  local shared = core.whole(options.kv_heads or heads, 1, "Attention: option 'kv_heads'")
  if width % heads ~= 0 then
    core.raise(string.format("Attention: option 'heads' must divide the width, but heads = %d and width = %d", heads, width))
  end
  if heads % shared ~= 0 then
    core.raise(string.format("Attention: option 'kv_heads' must divide 'heads', but kv_heads = %d and heads = %d", shared, heads))
  end
  core.one_of(options.positions, { "none", "rope", "alibi", "relative" }, "Attention: option 'positions'")
  self.width, self.heads, self.kv_heads, self.head_width = width, heads, shared, width // heads
  self.cross, self.p = options.cross, core.number_in(options.dropout, 0, 1, "Attention: option 'dropout'")
  if options.cross then
    if options.causal or options.window or options.positions ~= "none" then
      core.raise("Attention: options 'causal', 'window' and 'positions' have no meaning with cross = true")
    end
    local memory_width = core.whole(options.memory_width or width, 1, "Attention: option 'memory_width'")
    self.query = nn.Linear(width, width, { bias = options.bias })
    self.key_value = nn.Linear(memory_width, 2 * shared * self.head_width, { bias = options.bias })
  else
    self.qkv = nn.Linear(width, (heads + 2 * shared) * self.head_width, { bias = options.bias })
  end
  for _, name in ipairs{ "query_norm", "key_norm", "rope", "position_bias" } do self:optional(name) end
  if options.qk_norm then
    self.query_norm = nn.RMSNorm(self.head_width, { eps = options.eps })
    self.key_norm = nn.RMSNorm(self.head_width, { eps = options.eps })
  end
  if options.rope and options.positions ~= "rope" then
    core.raise("Attention: option 'rope' needs positions = \"rope\", but positions = \"" .. options.positions .. "\"")
  end
  if options.positions == "rope" then self.rope = rope_settings(options.rope, self.head_width) end
  if options.positions == "alibi" then self.position_bias = nn.AlibiPositions(heads) end
  if options.positions == "relative" then
    local relative = { causal = options.causal }
    for key, value in pairs(options.relative or {}) do relative[key] = value end
    self.position_bias = nn.RelativePositions(heads, relative)
  end
  self.weights = nn.AttentionWeights()
  self.out = nn.Linear(width, width, { bias = options.bias })
  local window = options.window and core.whole(options.window, 1, "Attention: option 'window'")
  if options.scale then core.number_in(options.scale, 0, nil, "Attention: option 'scale'") end
  self:optional("window")
  self.window = window
  self.fixed = { causal = options.causal, window = options.causal and window or nil, scale = options.scale }
end

-- {N, T, heads * D} as {N, heads, T, D}, a view.
local function in_heads(x, heads, width)
  return x:reshape{ x:size(1), x:size(2), heads, width }:transpose(2, 3)
end

local function normalized(self, q, k)
  if self.query_norm == nil then return q, k end
  return self.query_norm(q), self.key_norm(k)
end

-- Queries, keys and values of a sequence about itself; earlier ones come from the cache.
local function own_heads(self, h, options, cache)
  local joint = in_heads(self.qkv(h), self.heads + 2 * self.kv_heads, self.head_width)
  local q = joint:narrow(2, 1, self.heads)
  local k = joint:narrow(2, self.heads + 1, self.kv_heads)
  local v = joint:narrow(2, self.heads + self.kv_heads + 1, self.kv_heads)
  q, k = normalized(self, q, k)
  local rope = self.rope
  if rope then
    local ids = options.positions
    if ids and ids:dim() == 2 then ids = ids:unsqueeze(2) end
    local settings = { base = rope.base, dims = rope.dims, interleaved = rope.interleaved, positions = ids,
      offset = cache and ids == nil and cache.length or nil }
    q, k = nn.rope(q, settings), nn.rope(k, settings)
  elseif options.positions then
    core.raise("Attention: option 'positions' (ids) needs positions = \"rope\" at its making")
  end
  if cache then k, v = core.extend_cache(cache, k, v) end
  return q, k, v
end

-- Queries of a sequence, keys and values of the memory; with a cache the memory is read once.
local function cross_heads(self, h, options, cache)
  local q = in_heads(self.query(h), self.heads, self.head_width)
  if cache and cache.keys then
    if self.query_norm then q = self.query_norm(q) end
    return q, cache.keys, cache.values
  end
  local memory = options.memory
  if memory == nil then core.raise("Attention: option 'memory' is missing, which cross = true attends to") end
  if not lab.is_tensor(memory) or memory:dim() ~= 3 or memory:size(1) ~= h:size(1) then
    core.raise(string.format("Attention: option 'memory' must have shape {%d, length, width}, but is %s", h:size(1),
      lab.is_tensor(memory) and core.shape_text(memory) or core.describe(memory)))
  end
  local joint = in_heads(self.key_value(memory), 2 * self.kv_heads, self.head_width)
  local k, v = joint:narrow(2, 1, self.kv_heads), joint:narrow(2, self.kv_heads + 1, self.kv_heads)
  q, k = normalized(self, q, k)
  if cache then cache.keys, cache.values = k, v end
  return q, k, v
end

local function check_fits(value, name, dtype, q, k)
  local wanted = { q:size(1), q:size(2), q:size(3), k:size(3) }
  if not lab.is_tensor(value) then core.raise(string.format("Attention: option '%s' must be a Tensor, but is %s", name, core.describe(value))) end
  if dtype and value.dtype ~= dtype then
    core.raise(string.format("Attention: option '%s' must be a %s tensor, true where attention may go, but is %s", name, dtype, value.dtype))
  end
  if not core.stretches_to(value.shape, wanted) then
    core.raise(string.format("Attention: option '%s' has shape %s, which does not stretch to {batch, heads, queries, keys} = %s",
      name, core.shape_text(value), core.sizes_text(wanted)))
  end
end

local call_options = { memory = core.none, mask = core.none, bias = core.none, cache = core.none, positions = core.none }

function Attention:forward(h, options)
  options = core.call_options(options, call_options, "Attention")
  core.require_tensor(h, "Attention: argument 1")
  if h:dim() ~= 3 or h:size(3) ~= self.width then
    core.raise(string.format("Attention: argument 1 has shape %s, wanted {batch, length, width} with width = %d", core.shape_text(h), self.width))
  end
  local cache = options.cache
  local q, k, v
  if self.cross then q, k, v = cross_heads(self, h, options, cache) else q, k, v = own_heads(self, h, options, cache) end
  local mask, bias, settings = options.mask, options.bias, self.fixed
  if mask then check_fits(mask, "mask", "bool", q, k) end
  if bias then check_fits(bias, "bias", nil, q, k) end
  if self.position_bias then
    local own = self.position_bias(q:size(3), k:size(3), { causal = settings.causal, dtype = h.dtype })
    bias = bias and bias + own or own
  end
  if self.window and not settings.causal then
    local near = core.nearby(q:size(3), k:size(3), self.window)
    mask = mask and mask:logical_and(near) or near
  end
  if mask or bias then
    settings = { causal = settings.causal, window = settings.window, scale = settings.scale, mask = mask, bias = bias }
  end
  local dropping = self.p > 0 and self:is_training()
  local watched = records[rawget(self, "weights")].watchers ~= nil
  local y
  if watched or dropping then
    y = core.composed_attention(q, k, v, settings, function(weights)
      if watched then weights = self.weights(weights) end
      return dropping and weights * core.dropout_mask(weights, self.p) or weights
    end)
  else
    y = nn.attention(q, k, v, settings)
  end
  return self.out(y:transpose(2, 3):reshape{ h:size(1), h:size(2), self.width })
end

function Attention:note()
  local text = self.heads .. (self.heads == 1 and " head" or " heads")
  if self.kv_heads ~= self.heads then text = text .. string.format(" (%d for keys and values)", self.kv_heads) end
  if self.fixed.causal then text = text .. ", causal" end
  if self.window then text = text .. ", window " .. self.window end
  if self.rope then text = text .. ", rope" end
  return text
end

core.document{
  name = "lab.nn.Attention",
  signature = "lab.nn.Attention(width, {heads, kv_heads, causal, window, positions, rope, qk_norm, cross, memory_width, bias, dropout, scale})",
  chapter = "Layers",
  summary = "Multi-head attention of a sequence {batch, length, width} to itself, or with cross = true to a memory.",
  formula = "out(concat_h softmax(q_h k_h^T / sqrt(width / heads) + bias) v_h)",
  details = {
    "qkv: Linear(width, (heads + 2 kv_heads) * width / heads); out: Linear(width, width)",
    "query, key_value: Linear, in place of qkv with cross = true",
    "{heads}: must divide the width", "{kv_heads}: heads of keys and values, each shared by heads / kv_heads queries; heads unless given",
    "{causal}: position t sees positions up to t", "{window}: sees only positions less than this far away (its own among them)",
    "{positions}: none, rope, alibi or relative", "{rope}: {base = 10000, fraction = 1, interleaved = false}",
    "{relative}: {buckets = 32, max_distance = 128}", "{qk_norm}: RMSNorm of queries and keys in each head",
    "{dropout}: of the attention weights; training then runs unfused", "{scale}: in place of 1 / sqrt(width / heads)",
    "attn(h, {mask}): bool, true where attention may go, stretches to {batch, heads, length, keys}",
    "attn(h, {bias}): added to the scores, of the same shape", "attn(h, {memory}): {batch, keys, memory_width} for cross = true",
    "attn(h, {positions}): position ids for rope, {length} or {batch, length}",
    "attn(h, {cache}): a table that keeps keys and values of earlier calls",
  },
  notes = "The weights are found at the path `weights` of traces and hooks.",
  source = "Vaswani et al. 2017, Attention Is All You Need; Ainslie et al. 2023, GQA; Su et al. 2021, RoFormer; Dehghani et al. 2023 (QK-norm)",
  example = "local attn = lab.nn.Attention(16, {heads = 4, kv_heads = 2, causal = true, positions = \"rope\"})\nprint(attn(lab.randn{2, 5, 16}).shape)",
}
