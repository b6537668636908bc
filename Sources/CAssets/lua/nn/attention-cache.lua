-- Keys and values of earlier positions, kept for decoding. Room grows by doubling, so that adding n positions copies
-- each of them a bounded number of times.
local lab, core = ...

--- Adds k, v {N, K, T, D} to a cache (a table) and returns all keys and values so far, as views.
function core.extend_cache(cache, k, v)
  if lab.is_grad_enabled() and (k.requires_grad or v.requires_grad) then
    core.raise("Attention: option 'cache' works under lab.no_grad only, since it writes in place")
  end
  local used, new = cache.length or 0, k:size(3)
  local length = used + new
  if length > (cache.capacity or 0) then
    local capacity = math.max(length, cache.reserve or 0, 2 * (cache.capacity or 0))
    local shape = { k:size(1), k:size(2), capacity, k:size(4) }
    local keys, values = lab.zeros(shape, k.dtype), lab.zeros(shape, v.dtype)
    if used > 0 then
      keys:narrow(3, 1, used):copy_(cache.keys:narrow(3, 1, used))
      values:narrow(3, 1, used):copy_(cache.values:narrow(3, 1, used))
    end
    cache.keys, cache.values, cache.capacity = keys, values, capacity
  end
  cache.keys:narrow(3, used + 1, new):copy_(k)
  cache.values:narrow(3, used + 1, new):copy_(v)
  cache.length = length
  if length == cache.capacity then return cache.keys, cache.values end
  return cache.keys:narrow(3, 1, length), cache.values:narrow(3, 1, length)
end

--- Puts the rows of a cache in the order of ids; a row may come more than once.
function core.reorder_cache(cache, ids)
  if cache.keys then
    cache.keys, cache.values = cache.keys:index_select(1, ids), cache.values:index_select(1, ids)
  end
  if cache.cross then core.reorder_cache(cache.cross, ids) end
end
