namespace DlAot.Tests.Lifting;

internal static partial class EagerCases
{
    public static (string Body, string Inputs)[] InPlace { get; } =
    [
        .. Each("", "var y = x + 1; y.view(-1).add_(1); return y;", "var y = x + 1; var p = y.chunk(3, 1); p[0].mul_(2); p[2].add_(1); return y;", "var y = x + 1; var q = y[0]; q.mul_(2); return y;", "var y = x + 1; var q = y[.., 1..]; y.mul_(3); return q;",
            "var y = x + 1; var t = y.transpose(0, 1); t.add_(t * 2); return y * 1;", "var y = x + 1; var a = y.narrow(1, 0, 2); var b = y.narrow(1, 1, 2); a.add_(1); b.mul_(2); return y;", "var y = x + 1; y.flatten().mul_(2); return y;", "var y = x + 1; y.t()[1].fill_(5); return y;",
            "var y = x + 1; var z = y.transpose(0, 1).reshape(-1); z.add_(1); return z;", "var y = x + 1; var z = y.transpose(0, 1).contiguous(); z.add_(1); return z;", "var y = x + 1; var z = y.contiguous(); z.add_(1); return y + z;", "var y = x + 1; var z = y.detach(); z.add_(1); return [y, z];", "var y = x + 1; var z = y.clone(); z.add_(1); return [y, z];",
            "var y = x + 1; y.slice(1, 0, 3, 2).zero_(); return y;", "var y = x + 1; y.select(1, 2).copy_(x[.., 0]); return y;", "var y = x + 1; var e = y.unsqueeze(0).expand(4, 2, 3); y.add_(1); return e.sum(0);", "var y = x + 1; foreach (var r in y.view(2, 3).unbind(0)) r.mul_(r); return y;", "var y = torch.zeros(2, 3); y.add_(x); return y;",
            "var y = x + 1; y += 1; y *= 2; return y;", "var y = x + 1; y.add_(x).mul_(2).sub_(x).div_(3).pow_(2).clamp_(0, 5).relu_(); return y;", "var y = x + 1; y.masked_fill_(y > 0, 0); return y;", "var y = x + 1; y.tril_(); return y;", "var y = x + 1; y.triu_(1); return y;", "var y = x + 1; y.gt_(0); return y;", "var y = x > 0; y.logical_not_(); return y;",
            "var y = x + 1; var v = y.view(-1, 1); v.squeeze_(1); v.add_(1); return y;", "var y = x + 1; y.transpose_(0, 1); y.add_(1); return y;", "var y = x + 1; y.unsqueeze_(0); return y;", "var y = x + 1; y.fill_(3); return y;", "var y = x + 1; y.zero_(); return y;", "var y = x + 1; y.copy_(x[0]); return y;",
            "var y = x + 1; y.copy_(torch.arange(3)); return y;", "var y = x + 1; y.addcmul_(x, x, 0.5); return y;", "var y = x + 1; y.lerp_(x, x); return y;", "var y = x + 1; y.exp_().log_().neg_().abs_(); return y;", "var y = x + 1; torch.sigmoid_(y); return y;", "var y = torch.empty(2); torch.amax(x, [1], @out: y); return y;"),
    ];
}
