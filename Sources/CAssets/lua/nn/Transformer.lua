-- Transformers by one table of options: decoders, encoders, encoder-decoders, and vision transformers.
local lab, core = ...
local nn, inputs = lab.nn, core.transformer_inputs

local Transformer = nn.class("Transformer")
nn.Transformer = Transformer

local function block_options(options, causal, cross)
  local chosen = {}
  for key in pairs(core.block_options) do
    if options[key] ~= nil then chosen[key] = options[key] end
  end
  -- Biases of positions are the same in all blocks: the model makes them once.
  if options.positions ~= "rope" then chosen.positions = "none" end
  chosen.relative, chosen.causal, chosen.cross = nil, causal, cross
  return chosen
end

local function make_positions(self, options, causal)
  local kind = options.positions
  if kind == "learned" then
    self.positions = nn.Embedding(options.context, options.width)
  elseif kind == "sinusoidal" then
    self.positions = nn.SinusoidalPositions(options.width)
  elseif kind == "alibi" then
    self.positions = nn.AlibiPositions(options.heads)
  elseif kind == "relative" then
    local relative = { causal = causal }
    for key, value in pairs(options.relative or {}) do relative[key] = value end
    self.positions = nn.RelativePositions(options.heads, relative)
  end
end

-- A linear layer whose weight is that of an embedding.
local function tied_head(tokens, width, bias)
  local head = nn.Linear(width, 1, { bias = false })
  head.weight = tokens.weight
  if bias then head.bias = nn.parameter(lab.zeros{ tokens.weight:size(1) }) end
  return head
end

local function make_head(self, options)
  local width = options.width
  if options.classes then
    self.head = nn.Linear(width, options.classes)
  elseif options.kind ~= "encoder" and options.kind ~= "vit" or options.masked_lm then
    if options.masked_lm then
      self.head_transform = nn.Linear(width, width)
      self.head_norm = core.norm(options.norm, width, options.eps, options.bias)
    end
    self.head = options.tied and tied_head(self.tokens, width, options.masked_lm)
      or nn.Linear(width, options.vocab, { bias = options.masked_lm })
  end
end

-- GPT-2's rule: normal with one deviation, and what is added to the residual stream scaled down by the number of additions.
local function initialise(self, options)
  local deviation = options.std
  local additions = options.depth * (self.encoder and 3 or 2)
  lab.no_grad(function()
    for _, entry in ipairs(self:named_modules()) do
      local path, module = entry[1], entry[2]
      local inner = path:find("^encoder%.") ~= nil
      local is_tied = self.tokens ~= nil and rawequal(rawget(module, "weight"), self.tokens.weight)
      if getmetatable(module) == nn.Linear and not inner and not is_tied then
        local adds = path:find("%.out$") or path:find("%.down$")
        nn.init.normal(module.weight, { std = adds and deviation / math.sqrt(additions) or deviation })
        if module.bias then nn.init.zeros(module.bias) end
      elseif getmetatable(module) == nn.Embedding and not inner then
        local scaled = path == "tokens" and options.positions == "sinusoidal"
        nn.init.normal(module.weight, { std = scaled and options.width ^ -0.5 or deviation })
      end
    end
    if self.class_token then nn.init.normal(self.class_token, { std = deviation }) end
  end)
end

--- Transformer(options); the second argument is an embedding to share.
function Transformer:init(options, shared_tokens)
  if type(options) ~= "table" then core.raise("Transformer: options must be a table such as {kind = \"decoder\", ...}, but found " .. core.describe(options)) end
  options = core.transformer_options(options)
  local kind, width = options.kind, options.width
  local causal = kind == "decoder" or kind == "encoder_decoder"
  for _, name in ipairs{ "vocab", "context", "tokens", "patches", "class_token", "positions", "segments", "embedding_norm",
    "drop", "encoder", "norm", "pooler", "head_transform", "head_norm", "head", "pool", "start", "image", "patch", "channels" } do
    self:optional(name)
  end
  self.kind, self.vocab, self.width, self.depth, self.context = kind, options.vocab, width, options.depth, options.context
  self.heads, self.causal, self.position_kind, self.pool, self.start = options.heads, causal, options.positions, options.pool, options.start
  self.embedding_scale = options.embedding_scale or (options.positions == "sinusoidal" and math.sqrt(width) or 1)
  if kind == "vit" then
    self.image, self.patch, self.channels = options.image, options.patch, options.channels
    self.patches = nn.Linear(options.channels * options.patch[1] * options.patch[2], width)
    self.class_token = nn.parameter(lab.zeros{ 1, 1, width })
  else
    self.tokens = shared_tokens or nn.Embedding(options.vocab, width)
  end
  make_positions(self, options, causal)
  if options.segments then self.segments = nn.Embedding(options.segments, width) end
  if options.embedding_norm then self.embedding_norm = core.norm(options.norm, width, options.eps, options.bias) end
  if options.dropout > 0 then self.drop = nn.Dropout(options.dropout) end
  if kind == "encoder_decoder" then
    local inner = {}
    for key, value in pairs(options) do inner[key] = value end
    inner.kind, inner.depth, inner.encoder_depth, inner.start = "encoder", options.encoder_depth or options.depth, nil, nil
    inner.image, inner.patch, inner.channels, inner.masked_lm, inner.pooler = nil, nil, nil, nil, nil
    self.encoder = Transformer(inner, self.tokens)
  end
  local blocks = {}
  for i = 1, options.depth do
    blocks[i] = nn.TransformerBlock(width, block_options(options, causal, kind == "encoder_decoder"))
  end
  self.blocks = blocks
  if options.final_norm then self.norm = core.norm(options.norm, width, options.eps, options.bias) end
  if options.pooler then self.pooler = nn.Linear(width, width) end
  make_head(self, options)
  initialise(self, options)
end

local call_options = {
  mask = core.none, positions = core.none, segments = core.none, cache = core.none, memory = core.none, memory_mask = core.none,
  source_mask = core.none, checked = core.none,
}

--- net:hidden(x, options): the last hidden state {batch, length, width}, before the head.
function Transformer:hidden(x, options)
  options = core.call_options(options, call_options, "Transformer")
  local cache = options.cache
  local offset = cache and cache.length or 0
  local h = inputs.embed(self, x, options, offset)
  local batch, length = h:size(1), h:size(2)
  return self:through_blocks(h, {
    mask = inputs.mask(options.mask, "mask", batch, length, offset + length), cache = cache,
    positions = self.position_kind == "rope" and options.positions or nil, memory = options.memory,
    memory_mask = options.memory and inputs.mask(options.memory_mask, "memory_mask", batch, length, options.memory:size(2)),
  }, offset)
end

-- The blocks and the last norm. `given` holds mask, cache, positions, memory and memory_mask.
function Transformer:through_blocks(h, given, offset)
  core.require_tensor(h, "through_blocks: argument 1 (h)")
  if type(given) ~= "table" then core.raise("through_blocks: argument 2 must be a table of options, but is " .. core.describe(given)) end
  offset = core.whole(offset, 0, "through_blocks: argument 3 (offset)")
  if h:dim() ~= 3 then core.raise("through_blocks: hidden states must have shape {batch, length, width}, but found " .. core.shape_text(h)) end
  local length, cache = h:size(2), given.cache
  local kind = self.position_kind
  if kind == "alibi" or kind == "relative" then
    given.bias = self.positions(length, offset + length, { causal = self.causal, dtype = h.dtype })
  end
  if cache == nil and next(given) == nil then given = nil end
  for i, block in ipairs(self.blocks) do
    if cache then given.cache = cache[i] end
    h = block(h, given)
  end
  if cache then cache.length = offset + length end
  if self.norm then h = self.norm(h) end
  return h
end

--- net:readout(h): what the head makes of hidden states: scores of tokens or of classes.
function Transformer:readout(h)
  if self.head == nil then core.raise("readout: a Transformer of kind \"" .. self.kind .. "\" without classes or masked_lm has no head") end
  if self.head_transform then h = self.head_norm(self.head_transform(h):gelu()) end
  return self.head(h)
end

-- One vector for each sequence: the first position, through the pooler where there is one, or the mean of real tokens.
function Transformer:pooled(h, mask)
  core.require_tensor(h, "pooled: argument 1 (h)")
  if h:dim() ~= 3 then core.raise("pooled: hidden states must have shape {batch, length, width}, but found " .. core.shape_text(h)) end
  if mask ~= nil then core.require_tensor(mask, "pooled: argument 2 (mask)") end
  if self.pooler then return self.pooler(h:select(2, 1)):tanh() end
  local pool = self.pool or (self.kind == "vit" and "first" or "mean")
  if pool == "first" then return h:select(2, 1) end
  if mask == nil or mask:dim() ~= 2 then return h:mean(2) end
  local real = mask:to(h.dtype)
  return (h * real:unsqueeze(-1)):sum(2) / real:sum(2, { keepdim = true }):maximum(1)
end

local forward = {}

function forward.decoder(self, tokens, options)
  return self:readout(self:hidden(tokens, options))
end

function forward.encoder(self, tokens, options)
  local h = self:hidden(tokens, options)
  if self.head == nil then
    if self.pooler then return h, self:pooled(h) end
    return h
  end
  if self.head_transform then return self:readout(h) end
  return self:readout(self:pooled(h, options and options.mask))
end

function forward.encoder_decoder(self, source, target, options)
  if target == nil then core.raise("Transformer: argument 2 (target) is missing: an encoder-decoder reads source and target") end
  options = core.call_options(options, call_options, "Transformer")
  local memory = self.encoder:hidden(source, { mask = options.source_mask })
  return self:readout(self:hidden(target, { mask = options.mask, positions = options.positions, memory = memory, memory_mask = options.source_mask }))
end

function forward.vit(self, images)
  local h = self.patches(inputs.patches(self, images))
  h = lab.cat({ self.class_token:expand{ h:size(1), 1, self.width }, h }, 2)
  local ids = lab.arange(1, h:size(2), 1, "int64")
  if self.position_kind == "learned" then h = h + self.positions(ids) end
  if self.position_kind == "sinusoidal" then h = h + self.positions(ids, h.dtype) end
  if self.embedding_norm then h = self.embedding_norm(h) end
  if self.drop then h = self.drop(h) end
  h = self:through_blocks(h, {}, 0)
  if self.head == nil then return h end
  return self:readout(self:pooled(h))
end

function Transformer:forward(...)
  return forward[self.kind](self, ...)
end

--- net:cache([reserve]): an empty cache of keys and values for as many tokens, for option `cache`.
function Transformer:cache(reserve)
  local cache = { length = 0 }
  for i = 1, #self.blocks do cache[i] = { reserve = reserve } end
  return cache
end

function Transformer:note() return self.kind .. ", positions " .. self.position_kind end
