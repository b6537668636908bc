-- A model that reads sequences and continues them token by token: the caches of one batch.
local lab, core = ...
local Transformer = lab.nn.Transformer

local Decoding = {}
Decoding.__index = Decoding

local takes_ids = { learned = true, sinusoidal = true, rope = true }

-- {rows, 1}: how many tokens each row has.
local function lengths(rows)
  local list = {}
  for i, row in ipairs(rows) do list[i] = { #row } end
  return lab.tensor(list, "int64")
end

-- Reads the first chunk of a decoder: prompts of different lengths end at the same column, and masks hide what is free
-- before them.
local function read_prompts(self, rows, reserve)
  local net = self.net
  local longest, shortest = core.row_lengths(rows)
  local ids = core.pack_rows(rows, 1, true)
  self.cache = net:cache(longest + reserve)
  if longest > shortest then
    self.free = lengths(rows) * -1 + longest
    self.mask = lab.arange(1, longest + reserve, 1, "int64"):gt(self.free)
  end
  return self:read(ids)
end

-- Reads the sources of an encoder-decoder, and the targets begun.
local function read_sources(self, rows, reserve, begun)
  local net = self.net
  local longest, shortest = core.row_lengths(rows)
  local ids = core.pack_rows(rows, 1)
  if longest > shortest then
    self.memory_mask = lab.arange(1, longest, 1, "int64"):le(lengths(rows))
  end
  self.memory = net.encoder:hidden(ids, { mask = self.memory_mask, checked = true })
  local targets = {}
  for i = 1, #rows do targets[i] = core.joined({ net.start }, begun and begun[i] or {}) end
  self.cache = net:cache(#targets[1] + reserve)
  return self:read(core.pack_rows(targets, 1))
end

--- Starts from rows of tokens (for an encoder-decoder the sources), with room for `reserve` more. `begun` are rows of
--- equal length that were generated already.
function Transformer:decoding(rows, reserve, begun)
  if self.head == nil or not self.causal then
    core.raise("generate: a Transformer of kind \"" .. self.kind .. "\" does not continue sequences; decoders and encoder-decoders do")
  end
  rows, reserve = core.token_rows(rows, "decoding: argument 1 (rows)"), core.whole(reserve, 0, "decoding: argument 2 (reserve)")
  core.check_rows(rows, self.vocab, "decoding: argument 1 (rows)")
  if #rows == 0 or select(2, core.row_lengths(rows)) == 0 then core.raise("decoding: argument 1 (rows) must hold rows of at least one token") end
  local decoding = setmetatable({ net = self, reserve = reserve }, Decoding)
  if self.kind == "encoder_decoder" then
    decoding.logits = read_sources(decoding, rows, reserve, begun)
  else
    local whole = rows
    if begun then
      whole = {}
      for i, row in ipairs(rows) do whole[i] = core.joined(row, begun[i]) end
    end
    decoding.logits = read_prompts(decoding, whole, reserve)
  end
  return decoding
end

-- Reads ids {batch, length} and gives the logits {batch, vocab} after the last of them.
function Decoding:read(ids)
  local net, cache = self.net, self.cache
  local options = { cache = cache, checked = true, memory = self.memory, memory_mask = self.memory_mask }
  local length = ids:size(2)
  if self.free then
    options.mask = self.mask:narrow(2, 1, cache.length + length)
    if takes_ids[net.position_kind] then
      local columns = lab.arange(cache.length + 1, cache.length + length, 1, "int64")
      options.positions = (columns - self.free):maximum(1)
    end
  end
  local h = net:hidden(ids, options)
  if length > 1 then h = h:narrow(2, length, 1) end
  return net:readout(h):select(2, 1)
end

--- Appends one token to each row: `tokens` {batch}, int64.
function Decoding:advance(tokens)
  self.logits = self:read(tokens:unsqueeze(2))
end

--- Puts the rows in the order of ids; a row may come more than once.
function Decoding:reorder(ids)
  for _, cache in ipairs(self.cache) do core.reorder_cache(cache, ids) end
  for _, name in ipairs{ "free", "mask", "memory", "memory_mask", "logits" } do
    if self[name] then self[name] = self[name]:index_select(1, ids) end
  end
end
