-- How the next token is chosen from logits {batch, vocab}: the greatest, or drawn.
local lab, core = ...

-- One place for each row of probabilities {batch, n}, drawn by a uniform number each.
local function draw(probabilities, rng)
  local sums = probabilities:cumsum(2)
  local total = sums:narrow(2, sums:size(2), 1)
  local point = lab.rand({ sums:size(1), 1 }, { rng = rng, dtype = sums.dtype }) * total
  -- Rounding may bring the point up to the total: then the last place with any probability.
  local place = sums:le(point):sum(2, { keepdim = true }) + 1
  local last = sums:lt(total):sum(2, { keepdim = true }) + 1
  return place:minimum(last)
end

--- The ids {batch} drawn at a temperature, among the top_k most likely ones, and among the fewest most likely ones whose
--- probability together reaches top_p.
function core.sample(logits, options)
  if options.temperature ~= 1 then logits = logits / options.temperature end
  local ids
  if options.top_k and options.top_k < logits:size(2) then
    logits, ids = logits:topk(options.top_k, 2)
  end
  if options.top_p and options.top_p < 1 then
    if ids == nil then logits, ids = logits:sort(2, { descending = true }) end
    local probabilities = logits:softmax(2)
    local before = probabilities:cumsum(2) - probabilities
    local place = draw(probabilities:masked_fill(before:ge(options.top_p), 0), options.rng)
    return ids:gather(2, place):select(2, 1)
  end
  local place = draw(logits:softmax(2), options.rng)
  if ids then place = ids:gather(2, place) end
  return place:select(2, 1)
end
