-- TEMPORARY: until the fused operations are there.
local lab, core = ...
local nn = lab.nn
if rawget(nn, "attention") == nil then
  nn.attention = function(q, k, v, options) return core.composed_attention(q, k, v, options) end
  nn.rope = function(x, options)
    local dims, T = options.dims, x:size(3)
    local half = dims // 2
    local f = {}
    for i = 1, half do f[i] = options.base ^ (-2 * (i - 1) / dims) end
    local positions = options.positions or lab.arange((options.offset or 0) + 1, (options.offset or 0) + T, 1, "int64")
    local angles = (positions:to("float64") - 1):unsqueeze(-1) * lab.tensor(f, "float64")
    
    local c, s = angles:cos():to(x.dtype), angles:sin():to(x.dtype)
    local a, b = x:narrow(4, 1, half), x:narrow(4, half + 1, half)
    local parts = { a * c - b * s, a * s + b * c }
    if dims < x:size(4) then parts[3] = x:narrow(4, dims + 1, x:size(4) - dims) end
    return lab.cat(parts, 4)
  end
  for _, n in ipairs{"attention", "rope"} do core.document{name = "lab.nn." .. n, signature="x", chapter="Layers", summary="x", example="print(1)"} end
end
