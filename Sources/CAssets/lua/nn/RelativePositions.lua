-- T5's relative positions: a learned bias for each head and bucket of distances.
local lab, core = ...
local nn = lab.nn

local RelativePositions = nn.class("RelativePositions")
nn.RelativePositions = RelativePositions

function RelativePositions:init(heads, options)
  self.heads = core.whole(heads, 1, "RelativePositions: argument 1 (heads)")
  options = core.options(options, { buckets = 32, max_distance = 128, causal = false }, "RelativePositions")
  self.buckets = core.whole(options.buckets, 4, "RelativePositions: option 'buckets'")
  self.max_distance = core.whole(options.max_distance, 2, "RelativePositions: option 'max_distance'")
  self.causal = options.causal
  local exact = (self.causal and self.buckets or self.buckets // 2) // 2
  if self.max_distance <= exact then
    core.raise(string.format("RelativePositions: option 'max_distance' must be above %d, the distances with a bucket of their own at buckets = %d, but is %d",
      exact, self.buckets, self.max_distance))
  end
  self.weight = nn.parameter(nn.init.normal(lab.zeros{ self.buckets, self.heads }, { std = 0.02 }))
end

--- The bucket, from 1, of a key that stands `distance` places after the query (negative: before it).
function RelativePositions:bucket(distance)
  distance = core.whole(distance, -1 << 53, "RelativePositions: argument 1 (distance)")
  local count, first = self.buckets, 1
  if self.causal then
    distance = math.max(-distance, 0)
  else
    count = count // 2
    if distance > 0 then first = first + count end
    distance = math.abs(distance)
  end
  local exact = count // 2
  if distance < exact then return first + distance end
  local wide = exact + math.floor(math.log(distance / exact) / math.log(self.max_distance / exact) * (count - exact))
  return first + math.min(wide, count - 1)
end

function RelativePositions:forward(queries, keys)
  queries = core.whole_up_to(queries, 0, 1 << 24, "RelativePositions: argument 1 (queries)")
  keys = core.whole_up_to(keys, 0, 1 << 24, "RelativePositions: argument 2 (keys)")
  -- The biases of all distances from -(keys - 1) to queries - 1, then each query's run of them.
  local buckets = {}
  for distance = -(keys - 1), queries - 1 do buckets[#buckets + 1] = self:bucket(distance) end
  local by_distance = lab.nn.embedding(lab.tensor(buckets, "int64"), self.weight)
  if queries == 1 then return by_distance:t():reshape{ 1, self.heads, 1, keys } end
  local rows = (lab.arange(1, keys, 1, "int64"):unsqueeze(1) - lab.arange(1, queries, 1, "int64"):unsqueeze(2)) + queries
  return by_distance:index_select(1, rows:reshape{ -1 }):reshape{ 1, queries, keys, self.heads }:permute{ 1, 4, 2, 3 }
end

core.document{
  name = "lab.nn.RelativePositions", signature = "lab.nn.RelativePositions(heads, {buckets = 32, max_distance = 128, causal = false})",
  chapter = "Layers",
  summary = "A learned bias for attention scores by the distance of query and key: one for each head and bucket of distances.",
  formula = "bias[h, t, s] = weight[bucket(s - t), h]; half of the buckets are single distances, the others grow logarithmically up to max_distance",
  details = {
    "weight: {buckets, heads}", "positions(queries, keys): {1, heads, queries, keys}; queries are the last of the keys",
    "{causal}: all buckets for keys before the query; else half of them for each side",
  },
  source = "Raffel et al. 2020, Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
  example = "local positions = lab.nn.RelativePositions(2, {buckets = 8, max_distance = 16})\nprint(positions(3, 3).shape, positions:bucket(-1))",
}
