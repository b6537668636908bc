-- What enters a Transformer: tokens or patches with their positions, masks, and the bias of attention scores.
local lab, core = ...

local inputs = {}
core.transformer_inputs = inputs

--- Token ids {batch, length}, checked against the vocabulary.
function inputs.check_ids(net, ids, name)
  if not lab.is_tensor(ids) then
    core.raise(string.format("Transformer: %s must be a Tensor of token ids, but is %s", name, core.describe(ids)))
  end
  if ids.dtype ~= "int64" or ids:dim() ~= 2 then
    core.raise(string.format("Transformer: %s must be int64 token ids {batch, length}, but is %s %s", name, ids.dtype, core.shape_text(ids)))
  end
  if ids:numel() == 0 then return end
  local greatest, least = ids:max():item(), ids:min():item()
  if greatest > net.vocab then
    core.raise(string.format("Transformer: %s hold the id %d, beyond vocab = %d", name, greatest, net.vocab))
  elseif least < 1 then
    core.raise(string.format("Transformer: %s hold the id %d, but ids count from 1 (vocab = %d)", name, least, net.vocab))
  end
end

function inputs.check_length(net, length)
  if net.context and length > net.context then
    core.raise(string.format("Transformer: a sequence of %d tokens is longer than context = %d", length, net.context))
  end
end

local function position_ids(net, given, batch, offset, length)
  if given == nil then return lab.arange(offset + 1, offset + length, 1, "int64") end
  if not lab.is_tensor(given) or given.dtype ~= "int64" or not core.stretches_to(given.shape, { batch, length }) or given:size(-1) ~= length then
    core.raise(string.format("Transformer: option 'positions' must be int64 ids {length} or {batch, length} = {%d, %d}, but is %s", batch,
      length, lab.is_tensor(given) and given.dtype .. " " .. core.shape_text(given) or core.describe(given)))
  end
  if net.position_kind ~= "rope" and net.position_kind ~= "learned" and net.position_kind ~= "sinusoidal" then
    core.raise(string.format("Transformer: option 'positions' (ids) needs a model with positions learned, sinusoidal or rope, but it has '%s'",
      net.position_kind))
  end
  return given
end

local function add_positions(net, h, given, offset)
  local kind = net.position_kind
  if kind ~= "learned" and kind ~= "sinusoidal" then
    if given ~= nil then position_ids(net, given, h:size(1), offset, h:size(2)) end
    return h
  end
  local ids = position_ids(net, given, h:size(1), offset, h:size(2))
  if kind == "sinusoidal" then return h + net.positions(ids, h.dtype) end
  if given ~= nil and given:numel() > 0 and (given:max():item() > net.context or given:min():item() < 1) then
    core.raise(string.format("Transformer: option 'positions' holds ids from %d to %d, but context = %d", given:min():item(),
      given:max():item(), net.context))
  end
  return h + net.positions(ids)
end

--- The first hidden state {batch, length, width} of token ids, or of embeddings of that shape.
function inputs.embed(net, ids, options, offset)
  local h = ids
  if not lab.is_tensor(ids) or ids.dtype == "int64" or ids.dtype == "bool" then
    if not options.checked then inputs.check_ids(net, ids, "the tokens") end
    inputs.check_length(net, offset + ids:size(2))
    h = net.tokens(ids)
    if net.embedding_scale ~= 1 then h = h * net.embedding_scale end
  else
    if h:dim() ~= 3 or h:size(3) ~= net.width then
      core.raise(string.format("Transformer: embeddings have shape %s, wanted {batch, length, width} with width = %d", core.shape_text(h), net.width))
    end
    inputs.check_length(net, offset + h:size(2))
  end
  h = add_positions(net, h, options.positions, offset)
  if net.segments then
    local segments = options.segments or lab.ones({ 1, h:size(2) }, "int64")
    if not core.stretches_to(segments.shape, { h:size(1), h:size(2) }) then
      core.raise(string.format("Transformer: option 'segments' has shape %s, wanted the tokens' {%d, %d}", core.shape_text(segments),
        h:size(1), h:size(2)))
    end
    h = h + net.segments(segments)
  elseif options.segments then
    core.raise("Transformer: option 'segments' (ids) needs segments = count at its making")
  end
  if net.embedding_norm then h = net.embedding_norm(h) end
  if net.drop then h = net.drop(h) end
  return h
end

--- A mask for attention that stretches to {batch, heads, queries, keys}, from {batch, keys}, {batch, queries, keys} or
--- all four dimensions.
function inputs.mask(mask, name, batch, queries, keys)
  if mask == nil then return nil end
  if not lab.is_tensor(mask) or mask.dtype ~= "bool" then
    core.raise(string.format("Transformer: option '%s' must be a bool tensor, true for tokens that may be seen, but is %s", name,
      lab.is_tensor(mask) and mask.dtype or core.describe(mask)))
  end
  local dims, shape = mask:dim(), mask.shape
  if dims == 2 and core.stretches_to(shape, { batch, keys }) then return mask:reshape{ shape[1], 1, 1, shape[2] } end
  if dims == 3 and core.stretches_to(shape, { batch, queries, keys }) then return mask:unsqueeze(2) end
  if dims == 4 then return mask end
  core.raise(string.format("Transformer: option '%s' has shape %s, wanted {batch, length} = {%d, %d}, or {batch, queries, keys} = {%d, %d, %d}",
    name, core.shape_text(mask), batch, keys, batch, queries, keys))
end

--- Images as rows of patches {batch, patches, channels * height * width}.
function inputs.patches(net, x)
  local image, patch, channels = net.image, net.patch, net.channels
  local high, wide = image[1] // patch[1], image[2] // patch[2]
  local n = lab.is_tensor(x) and x:dim() > 0 and x:size(1) or 0
  if not lab.is_tensor(x) or x:numel() ~= n * channels * image[1] * image[2] then
    core.raise(string.format("Transformer: images must have shape {batch, %d, %d, %d}, but found %s", channels, image[1], image[2],
      lab.is_tensor(x) and core.shape_text(x) or core.describe(x)))
  end
  return x:reshape{ n, channels, high, patch[1], wide, patch[2] }:permute{ 1, 3, 5, 2, 4, 6 }
    :reshape{ n, high * wide, channels * patch[1] * patch[2] }
end
