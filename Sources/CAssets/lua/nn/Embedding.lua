-- A vector for each id, for ids of any shape.
local lab, core = ...
local nn = lab.nn

local Embedding = nn.class("Embedding")
nn.Embedding = Embedding

function Embedding:init(count, width)
  count = core.whole(count, 1, "Embedding: argument 1 (count)")
  width = core.whole(width, 1, "Embedding: argument 2 (width)")
  self.weight = nn.parameter(nn.init.normal(lab.zeros{ count, width }))
end

function Embedding:forward(ids)
  return lab.nn.embedding(ids, self.weight)
end

core.document{
  name = "lab.nn.Embedding", signature = "lab.nn.Embedding(count, width)", chapter = "Layers",
  summary = "A learned vector for each of count ids.", details = { "weight: {count, width}" },
  notes = "Ids are int64 and count from 1; the result has the ids' shape and width behind it. Vectors start standard normal.",
  example = "local table = lab.nn.Embedding(10, 4)\nprint(table(lab.tensor({3, 1}, \"int64\")).shape)",
}
