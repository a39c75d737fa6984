using System.Collections.Immutable;
using DlAot.Compiler.Analysis.Types;
using DlAot.Ir;
using FsCheck;
using FsCheck.Fluent;

namespace DlAot.Tests.Analysis;

/// <summary>The laws of the lattice of signatures.</summary>
public sealed class SignatureLatticeTests
{
    private static readonly string[] Names = ["x", "y"];

    private static Gen<DimExpr> Dims => Gen.Choose(-3, 2).Select(n => n < 0 ? DimExpr.Symbol($"s{-n}") : n + 2);

    // Sizes of results may also be computed from a symbol.
    private static Gen<DimExpr> ResultDims => Gen.OneOf(Dims, Gen.Choose(1, 3).Select(n => DimExpr.Symbol($"s{n}") * 2));

    private static Gen<TensorFact> Facts(Gen<DimExpr> dims) => Gen.OneOf(Gen.Constant(TensorFact.Bottom), from rank in Gen.Choose(1, 2)
                                                                                                          from shape in dims.ArrayOf(rank)
                                                                                                          from isOpen in Gen.Choose(0, 9)
                                                                                                          from dtype in Gen.Elements(Flat<DType>.Of(DType.F32), Flat<DType>.Of(DType.I64), Flat<DType>.Top)
                                                                                                          from device in Gen.Elements(Flat<DeviceKind>.Bottom, Flat<DeviceKind>.Of(DeviceKind.Cpu), Flat<DeviceKind>.Of(DeviceKind.Cuda), Flat<DeviceKind>.Top)
                                                                                                          from origin in Gen.Elements(Origins.Argument, Origins.Op, Origins.Factory)
                                                                                                          select new TensorFact(dtype, isOpen == 0 ? ShapeFact.Top : ShapeFact.Of([.. shape]), device, Origin: origin));

    private static Gen<MethodSignature> Signatures(Gen<DimExpr> resultDims) => from parameters in Facts(Dims).ArrayOf(2)
                                                                               from isNull in Gen.Elements(true, false)
                                                                               from result in Facts(resultDims)
                                                                               from divisor in Gen.Choose(0, 3)
                                                                               select MethodSignature.Of("f", parameters.Select((p, i) => new ParameterFact(Names[i], p, isNull)), [result],
                                                                                   divisor < 2 ? [] : [new DimConstraint(ConstraintKind.Divisible, DimExpr.Symbol("s1"), divisor, SourceLocation.None)]);

    private static void ForAll<T>(Gen<T> values, Func<T, bool> holds) => Prop.ForAll(values.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void JoinIsIdempotent() => ForAll(Signatures(ResultDims), a => SignatureJoin.Of(a, a) == a);

    [Fact]
    public void JoinIsCommutative() => ForAll(Signatures(ResultDims).Two(), p => SignatureJoin.Of(p.Item1, p.Item2) == SignatureJoin.Of(p.Item2, p.Item1));

    [Fact]
    public void JoinIsAssociative() => ForAll(Signatures(Dims).Three(), p =>
        !AreAlike(p.Item1, p.Item2) || !AreAlike(p.Item2, p.Item3) || SignatureJoin.Of(SignatureJoin.Of(p.Item1, p.Item2), p.Item3) == SignatureJoin.Of(p.Item1, SignatureJoin.Of(p.Item2, p.Item3)));

    // The same tensors are there.
    private static bool AreAlike(MethodSignature a, MethodSignature b) => a.Parameters.Select(p => p.Tensor.IsBottom).SequenceEqual(b.Parameters.Select(p => p.Tensor.IsBottom)) && a.Results[0].IsBottom == b.Results[0].IsBottom;

    [Fact]
    public void WhatIsJoinedIsNotBroaderThanTheJoin() => ForAll(Signatures(ResultDims).Two(), p =>
        SignatureComparison.Compare(p.Item1, SignatureJoin.Of(p.Item1, p.Item2)) is SignatureRelation.Tighter or SignatureRelation.Agrees);

    [Fact]
    public void ComparisonIsAntisymmetric() => ForAll(Gen.OneOf(Signatures(Dims).Two(), Signatures(Dims).Two().Select(p => (p.Item1, SignatureJoin.Of(p.Item1, p.Item2)))), p =>
        (SignatureComparison.Compare(p.Item1, p.Item2), SignatureComparison.Compare(p.Item2, p.Item1)) is
            (SignatureRelation.Agrees, SignatureRelation.Agrees) or (SignatureRelation.Tighter, SignatureRelation.Broader) or (SignatureRelation.Broader, SignatureRelation.Tighter) or (SignatureRelation.Incomparable, SignatureRelation.Incomparable));

    [Fact]
    public void FlatLatticesJoin() => Assert.Multiple(
        () => Assert.Equal(Flat<int>.Of(1), Flat<int>.Bottom.Join(Flat<int>.Of(1))),
        () => Assert.Equal(Flat<int>.Top, Flat<int>.Of(2).Join(Flat<int>.Of(1))),
        () => Assert.Equal(Flat<int>.Of(1), Flat<int>.Of(1).Join(Flat<int>.Of(1))),
        () => Assert.Equal(Flat<int>.Top, Flat<int>.Top.Join(Flat<int>.Bottom)));

    [Theory]
    [InlineData("8,3", "8,3", "f(x: f32[8,3])")]
    [InlineData("8,3", "4,3", "f(x: f32[N,3])")]
    [InlineData("a,a", "b,b", "f(x: f32[N,N])")]
    [InlineData("a,a", "b,c", "f(x: f32[N,C])")]
    [InlineData("5,5", "7,7", "f(x: f32[N,N])")]
    [InlineData("a,3", "a,3,4", "f(x: f32[any rank])")]
    public void SizesJoin(string left, string right, string joined) => Assert.Equal(joined, SignatureJoin.Of(Of(left), Of(right)).ToString());

    [Theory]
    [InlineData("a,3", "b,3", SignatureRelation.Agrees)]
    [InlineData("8,3", "a,3", SignatureRelation.Tighter)]
    [InlineData("a,a", "a,b", SignatureRelation.Tighter)]
    [InlineData("a,b", "a,3", SignatureRelation.Broader)]
    [InlineData("8,b", "a,3", SignatureRelation.Incomparable)]
    [InlineData("a", "a,b", SignatureRelation.Incomparable)]
    public void SignaturesCompare(string written, string inferred, SignatureRelation relation) => Assert.Equal(relation, SignatureComparison.Compare(Of(written), Of(inferred)));

    private static MethodSignature Of(string sizes) => MethodSignature.Of(
        "f", [new ParameterFact("x", TensorFact.Of(new TensorType(DType.F32, [.. sizes.Split(',').Select(s => long.TryParse(s, out long n) ? (DimExpr)n : DimExpr.Symbol(s))])))], [], []);
}
