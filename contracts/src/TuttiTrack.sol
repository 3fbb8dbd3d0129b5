// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC2981} from "@openzeppelin/contracts/token/common/ERC2981.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721URIStorage} from
    "@openzeppelin/contracts/token/ERC721/extensions/ERC721URIStorage.sol";

/// @title Tokens of tracks: ERC-721 with a royalty for each token (ERC-2981).
/// @notice Every mint names a key of its own, and a key mints once: a minter that
/// does not know whether its last try arrived may send it again without harm.
contract TuttiTrack is ERC721URIStorage, ERC2981, AccessControl {
    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");

    uint256 private _lastTokenId;
    mapping(bytes32 mintKey => uint256 tokenId) private _tokenByMintKey;

    event Minted(bytes32 indexed mintKey, uint256 indexed tokenId);

    /// The key was used before; `tokenId` is what it minted.
    error MintKeyUsed(bytes32 mintKey, uint256 tokenId);

    /// @param owner Administers the roles and is the first minter. It is named rather
    /// than taken from the sender, because the contract is deployed by a factory.
    constructor(address owner) ERC721("Tutti Track", "TUTTI") {
        _grantRole(DEFAULT_ADMIN_ROLE, owner);
        _grantRole(MINTER_ROLE, owner);
    }

    /// @notice Mints the next token; token ids start at 1.
    /// @dev The receiver is not called back, so no foreign code runs on the minter's gas.
    function mint(
        address to,
        string calldata uri,
        address royaltyReceiver,
        uint96 royaltyBps,
        bytes32 mintKey
    ) external onlyRole(MINTER_ROLE) returns (uint256 tokenId) {
        uint256 minted = _tokenByMintKey[mintKey];
        if (minted != 0) revert MintKeyUsed(mintKey, minted);

        tokenId = ++_lastTokenId;
        _tokenByMintKey[mintKey] = tokenId;
        _mint(to, tokenId);
        _setTokenURI(tokenId, uri);
        _setTokenRoyalty(tokenId, royaltyReceiver, royaltyBps);
        emit Minted(mintKey, tokenId);
    }

    /// @notice The token a key minted; 0 if it has not been used.
    function tokenByMintKey(bytes32 mintKey) external view returns (uint256) {
        return _tokenByMintKey[mintKey];
    }

    /// @notice How many tokens were ever minted.
    function tokensMinted() external view returns (uint256) {
        return _lastTokenId;
    }

    function supportsInterface(bytes4 interfaceId)
        public
        view
        override(ERC721URIStorage, ERC2981, AccessControl)
        returns (bool)
    {
        return super.supportsInterface(interfaceId);
    }
}
